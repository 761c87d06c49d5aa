//! Looks into a WAV file: is it one, how long is it, and is there anything to hear?

use std::fmt::Display;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use hound::{SampleFormat, WavReader};

/// The largest audio file accepted: 25 minutes at the rate of espeak-ng, far beyond any sentence.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Below this part of full scale nobody hears anything (−60 dB).
const AUDIBLE: f64 = 0.001;

/// What is known of a piece of audio after reading all of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sound {
    pub(crate) duration_ms: u32,
    pub(crate) audible: bool,
}

/// Reads the whole file, since a header alone proves nothing: an engine that was killed or ran out of
/// disk leaves a header that promises more than there is.
///
/// The error is a phrase that says what is wrong.
pub(crate) fn inspect(path: &Path) -> Result<Sound, String> {
    let file = File::open(path).map_err(phrase)?;
    let length = file.metadata().map_err(phrase)?.len();
    if length == 0 {
        return Err("the file is empty".to_owned());
    }
    if length > MAX_BYTES {
        return Err(format!(
            "the file is larger than {} MB",
            MAX_BYTES / 1024 / 1024
        ));
    }
    let mut reader = WavReader::new(BufReader::new(file)).map_err(phrase)?;
    let spec = reader.spec();
    let (samples, peak) = match spec.sample_format {
        SampleFormat::Int => {
            let full_scale = f64::from(1_u32 << (spec.bits_per_sample.clamp(1, 32) - 1));
            measure(
                reader
                    .samples::<i32>()
                    .map(|s| s.map(|s| f64::from(s) / full_scale)),
            )
        }
        SampleFormat::Float => measure(reader.samples::<f32>().map(|s| s.map(f64::from))),
    }
    .map_err(phrase)?;
    let per_second = u64::from(spec.sample_rate) * u64::from(spec.channels);
    if samples == 0 || per_second == 0 {
        return Err("the file holds no sound".to_owned());
    }
    let duration_ms = u32::try_from(samples * 1000 / per_second)
        .map_err(|_| "the file claims to last for weeks".to_owned())?;
    Ok(Sound {
        duration_ms,
        audible: peak >= AUDIBLE,
    })
}

/// An error without its full stop, to be put into a sentence.
fn phrase(error: impl Display) -> String {
    error.to_string().trim_end_matches('.').to_owned()
}

/// Counts the samples and finds the loudest.
fn measure(samples: impl Iterator<Item = hound::Result<f64>>) -> hound::Result<(u64, f64)> {
    samples
        .into_iter()
        .try_fold((0, 0.0_f64), |(count, peak), sample| {
            Ok((count + 1, peak.max(sample?.abs())))
        })
}
