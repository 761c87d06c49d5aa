//! Looks into a WAV file: is it one, how long is it, and is there anything to hear?

use std::fmt::Display;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use hound::{Sample, SampleFormat, WavReader};

/// The largest audio file accepted: 25 minutes at the rate of espeak-ng, far beyond any sentence.
pub(crate) const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Below this part of full scale nobody hears anything (−60 dB).
const AUDIBLE: f64 = 0.001;

/// What is known of a piece of audio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sound {
    pub(crate) duration_ms: u32,
    pub(crate) audible: bool,
}

/// Looks at what a header alone does not prove: that something is to be heard, and that the last
/// sample is there. An engine that was killed or ran out of disk leaves a header that promises more.
///
/// The error is a phrase that says what is wrong.
pub(crate) fn inspect(path: &Path) -> Result<Sound, String> {
    let file = File::open(path).map_err(phrase)?;
    let length = file.metadata().map_err(phrase)?.len();
    if length == 0 {
        return Err("the file is empty".to_owned());
    }
    if length > MAX_BYTES {
        return Err(too_large());
    }
    let mut reader = WavReader::new(BufReader::new(file)).map_err(phrase)?;
    let spec = reader.spec();
    if reader.duration() == 0 || spec.sample_rate == 0 {
        return Err("the file holds no sound".to_owned());
    }
    let duration_ms = u64::from(reader.duration()) * 1000 / u64::from(spec.sample_rate);
    let audible = match spec.sample_format {
        SampleFormat::Int => {
            let full_scale = f64::from(1_u32 << (spec.bits_per_sample.clamp(1, 32) - 1));
            look_into(&mut reader, |sample: i32| f64::from(sample) / full_scale)
        }
        SampleFormat::Float => look_into(&mut reader, |sample: f32| f64::from(sample)),
    }
    .map_err(phrase)?;
    Ok(Sound {
        duration_ms: u32::try_from(duration_ms).unwrap_or(u32::MAX),
        audible,
    })
}

/// What is wrong with a file of more than [`MAX_BYTES`].
pub(crate) fn too_large() -> String {
    format!("the file is larger than {} MB", MAX_BYTES / 1024 / 1024)
}

/// Reads as far as the first audible sample, and then the last; whether there was an audible one.
fn look_into<S: Sample>(
    reader: &mut WavReader<BufReader<File>>,
    as_part_of_full_scale: impl Fn(S) -> f64,
) -> hound::Result<bool> {
    let mut audible = false;
    for sample in reader.samples::<S>() {
        if as_part_of_full_scale(sample?).abs() >= AUDIBLE {
            audible = true;
            break;
        }
    }
    reader.seek(reader.duration() - 1)?;
    for sample in reader.samples::<S>() {
        sample?;
    }
    Ok(audible)
}

/// An error without/// An error without its full stop, to be put into a sentence.
fn phrase(error: impl Display) -> String {
    error.to_string().trim_end_matches('.').to_owned()
}
