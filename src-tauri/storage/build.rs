//! Embeds the files of `migrations/`, so that adding a file to the folder is the whole work of adding a migration.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

#[allow(
    unreachable_pub,
    dead_code,
    reason = "the module is public in the crate"
)]
#[path = "src/migrations/folder.rs"]
mod folder;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../migrations");
    println!("cargo:rerun-if-changed={}", folder.display());
    println!("cargo:rerun-if-changed=src/migrations/folder.rs");

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut code = String::from("&[\n");
    for file in folder::read_folder(&folder)? {
        let folder::MigrationFile { version, name, sql } = file;
        let checksum = Sha256::digest(&sql)
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        // The copy has the line ends that were hashed, whatever the checkout made of them.
        let copy = out.join(format!("{version:03}_{name}.sql"));
        fs::write(&copy, sql)?;
        writeln!(
            code,
            "    Migration {{ version: {version}, name: {name:?}, checksum: {checksum:?}, sql: include_str!({copy:?}) }},"
        )?;
    }
    code.push_str("]\n");
    fs::write(out.join("migrations.rs"), code)?;
    Ok(())
}
