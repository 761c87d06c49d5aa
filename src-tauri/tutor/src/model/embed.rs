//! What texts mean, as vectors.

use serde_json::{Value, json};
use tokio::time::sleep;

use super::chat::retry_wait;
use super::error::ModelError;
use super::http::Http;

/// So many texts are sent at once; servers have limits of their own, and an answer must stay of a bounded size.
const TEXTS_AT_ONCE: usize = 32;

/// 32 vectors of the largest size with long numbers.
const MAX_BYTES: usize = 8 * 1024 * 1024;

const MAX_DIMENSIONS: usize = 8_192;

pub(super) async fn embed(
    http: &Http,
    model: &str,
    texts: &[String],
) -> Result<Vec<Vec<f32>>, ModelError> {
    let mut vectors: Vec<Vec<f32>> = Vec::new();
    for texts in texts.chunks(TEXTS_AT_ONCE) {
        let answer = ask(http, &json!({"model": model, "input": texts})).await?;
        vectors.extend(read(&answer, texts.len())?);
    }
    let is_of_one_size = vectors
        .windows(2)
        .all(|pair| pair[0].len() == pair[1].len());
    if is_of_one_size {
        Ok(vectors)
    } else {
        Err(garbage("vectors of different sizes"))
    }
}

/// Asks, and again while that is of use.
async fn ask(http: &Http, body: &Value) -> Result<Value, ModelError> {
    let mut failed = 0;
    loop {
        // The server may first have to read gigabytes of a model, as for the first word of a reply.
        let patience = http.patience.first_word;
        let asked = http.ask_within(patience, http.post("embeddings", body), MAX_BYTES);
        let failure = match asked.await {
            Ok((_, answer)) => return Ok(answer),
            Err(failure) => failure,
        };
        failed += 1;
        match retry_wait(http, failed, failure.again) {
            Some(wait) => sleep(wait).await,
            None => return Err(failure.error),
        }
    }
}

/// The vectors in the order of the texts, whatever order they came in.
fn read(answer: &Value, texts: usize) -> Result<Vec<Vec<f32>>, ModelError> {
    let Some(rows) = answer.get("data").and_then(Value::as_array) else {
        return Err(garbage("no vectors"));
    };
    let mut vectors = vec![Vec::new(); texts];
    for (place, row) in rows.iter().enumerate() {
        let index = row.get("index").and_then(Value::as_u64);
        let index = index.map_or(Some(place), |index| usize::try_from(index).ok());
        let Some(vector) = index.and_then(|index| vectors.get_mut(index)) else {
            return Err(garbage("a vector for a text that was not sent"));
        };
        *vector = read_vector(row)?;
    }
    if vectors.iter().any(Vec::is_empty) {
        return Err(garbage("fewer vectors than texts"));
    }
    Ok(vectors)
}

fn read_vector(row: &Value) -> Result<Vec<f32>, ModelError> {
    let Some(numbers) = row.get("embedding").and_then(Value::as_array) else {
        return Err(garbage("something that is not a vector"));
    };
    if numbers.len() > MAX_DIMENSIONS {
        return Err(garbage("a vector of more than 8,192 numbers"));
    }
    let finite = |number: &Value| {
        // The models themselves count in f32.
        let number = number.as_f64()? as f32;
        number.is_finite().then_some(number)
    };
    let vector: Option<Vec<f32>> = numbers.iter().map(finite).collect();
    vector.ok_or_else(|| garbage("a vector with something that is not a number"))
}

fn garbage(what: &'static str) -> ModelError {
    ModelError::Garbage { what }
}
