//! Talks to a model server by hand: what it has, and what it says.
//!
//! A key is taken from `PARLANCE_MODEL_KEY`, so that it is neither in the list of processes nor in a shell's
//! history. Interrupting the program closes the connection, which stops the model.
//! Exit status: 0 if all went well, 1 if not, 2 for a wrong call.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use futures::StreamExt;
use parlance_storage::Role;
use parlance_tutor::Turn;
use parlance_tutor::model::{
    Address, ApiKey, ChatRequest, Delta, Ending, LOOK_FOR, ModelServer, PlainHttp,
    USUAL_CANDIDATES, discover,
};

const USAGE: &str = "usage: parlance-model discover
       parlance-model test ADDRESS
       parlance-model models ADDRESS
       parlance-model chat ADDRESS MODEL TEXT
       parlance-model embed ADDRESS MODEL TEXT...";

const KEY: &str = "PARLANCE_MODEL_KEY";

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let outcome = runtime.block_on(async {
        match arguments[..] {
            ["discover"] => Some(look_around().await),
            ["test", address] => Some(test(address).await),
            ["models", address] => Some(models(address).await),
            ["chat", address, model, text] => Some(chat(address, model, text).await),
            ["embed", address, model, ref texts @ ..] if !texts.is_empty() => {
                Some(embed(address, model, texts).await)
            }
            _ => None,
        }
    });
    match outcome {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => fail(&*error),
        None => {
            // Standard error may be gone; the exit status still tells.
            let _told = writeln!(io::stderr(), "{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    let _told = writeln!(io::stderr(), "parlance-model: {error}");
    ExitCode::FAILURE
}

fn server(address: &str) -> Result<ModelServer, Box<dyn std::error::Error>> {
    let address = Address::parse(address, PlainHttp::PrivateOnly)?;
    let key = std::env::var(KEY).ok();
    let key = key.map(|key| ApiKey::new(&key)).transpose()?;
    Ok(ModelServer::new(address, key)?)
}

async fn look_around() -> Outcome {
    let mut output = io::stdout();
    for found in discover(USUAL_CANDIDATES, LOOK_FOR).await {
        let models = found.models.join(", ");
        writeln!(output, "{}\t{}\t{models}", found.name, found.address)?;
    }
    Ok(())
}

async fn test(address: &str) -> Outcome {
    let reachable = server(address)?.test().await?;
    let milliseconds = reachable.latency.as_secs_f64() * 1_000.0;
    writeln!(
        io::stdout(),
        "reachable in {milliseconds:.1} ms, {} models",
        reachable.models
    )?;
    Ok(())
}

async fn models(address: &str) -> Outcome {
    let mut output = io::stdout();
    for model in server(address)?.list_models().await? {
        writeln!(output, "{model}")?;
    }
    Ok(())
}

/// Shows the words as they come, and on standard error what they took.
async fn chat(address: &str, model: &str, text: &str) -> Outcome {
    let mut output = io::stdout();
    let begun = Instant::now();
    let mut first = None;
    let mut deltas = server(address)?.chat(ChatRequest {
        model: model.to_owned(),
        messages: vec![Turn {
            role: Role::User,
            content: text.to_owned(),
        }],
        ..ChatRequest::default()
    });
    while let Some(delta) = deltas.next().await {
        match delta {
            Ok(Delta::Words(words)) => {
                first.get_or_insert_with(|| begun.elapsed());
                write!(output, "{words}")?;
                output.flush()?;
            }
            Ok(Delta::End(Ending { finish, usage })) => {
                writeln!(output)?;
                let all = begun.elapsed();
                writeln!(
                    io::stderr(),
                    "[{finish:?}, {usage:?}, first word after {first:?}, all after {all:?}]"
                )?;
            }
            Err(error) => {
                writeln!(output)?;
                return Err(format!("{}: {error}", error.code()).into());
            }
        }
    }
    Ok(())
}

async fn embed(address: &str, model: &str, texts: &[&str]) -> Outcome {
    let texts: Vec<String> = texts.iter().copied().map(str::to_owned).collect();
    let mut output = io::stdout();
    for vector in server(address)?.embed(model, &texts).await? {
        let begin: Vec<String> = vector.iter().take(4).map(f32::to_string).collect();
        writeln!(output, "{} numbers: {} …", vector.len(), begin.join(" "))?;
    }
    Ok(())
}
