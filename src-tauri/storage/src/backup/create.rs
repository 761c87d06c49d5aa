//! Making a backup: copy one state, prove the copy, pack it, read it back, give it its name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};

use super::manifest::{AudioList, BackupReason, DatabaseFile, FORMAT, Manifest};
use super::{BACKUP_ENDING, BACKUPS_DIRECTORY, Backup, describe, pack};
use crate::data_dir::{self, DATABASE_FILE};
use crate::database::{keep_log_at_close, set_up};
use crate::files::{self, WorkDirectory, database_bytes, require_space};
use crate::inspect::uri;
use crate::migrations::{APPLICATION_ID, EMBEDDED, Migration, SchemaObject, fresh, objects};
use crate::progress::{Stage, Watch, interruptible};
use crate::time::Timestamp;
use crate::{Error, integrity, status};

/// What is needed to make a backup.
#[derive(Clone, Debug)]
pub struct NewBackup {
    /// Why it is made.
    pub reason: BackupReason,
    /// The version of the app that makes it.
    pub app_version: String,
    /// When.
    pub now: Timestamp,
}

/// Makes a backup of the database in `data_dir`, beside whoever uses it, and proves it.
///
/// Works through a connection of its own: the writer goes on, and its log grows by what it writes meanwhile.
///
/// # Errors
/// `Missing` if there is no database, `NotEnoughSpace`, `DiskFull`, `Corrupt` if the database cannot be read,
/// `Cancelled`. Nothing remains of a backup that failed.
pub fn create(data_dir: &Path, new: &NewBackup, watch: &Watch<'_>) -> Result<Backup, Error> {
    create_of(data_dir, EMBEDDED, new, watch)
}

/// [`create`], for a database made by `migrations` (tests of upgrading have their own).
pub(crate) fn create_of(
    data_dir: &Path,
    migrations: &[Migration],
    new: &NewBackup,
    watch: &Watch<'_>,
) -> Result<Backup, Error> {
    let source = data_dir.join(DATABASE_FILE);
    if files::size_if_there(&source)?.is_none() {
        return Err(Error::Missing {
            detail: format!("there is no {DATABASE_FILE}"),
        });
    }
    let backups = data_dir.join(BACKUPS_DIRECTORY);
    data_dir::create(&backups)?;
    // The copy is smaller than the database, and the packed copy smaller than that.
    require_space(&backups, database_bytes(data_dir)? * 3 / 2)?;

    let work = WorkDirectory::create(&backups)?;
    let copy = work.path().join(DATABASE_FILE);
    let copied = Copy::make(&source, &copy, migrations, watch)?;
    let draft = work.path().join("draft");
    pack::pack(&copy, &draft, watch, |database| {
        copied.into_manifest(new, database)
    })?;
    let path = backups.join(free_name(&backups, new));
    files::put_in_place(&draft, &path)?;
    describe(&path)?.ok_or_else(|| Error::Backup {
        reason: "it was gone as soon as it was made.".into(),
    })
}

fn free_name(backups: &Path, new: &NewBackup) -> PathBuf {
    let time = data_dir::time_name(new.now);
    let name = |tail: &str| {
        format!(
            "parlance-{time}-{}{tail}{BACKUP_ENDING}",
            new.reason.as_str()
        )
    };
    let first = PathBuf::from(name(""));
    if !backups.join(&first).exists() {
        return first;
    }
    name(&format!("-{:08x}", rand::random::<u32>())).into()
}

/// What was copied, and what was learnt on the way.
struct Copy {
    schema_version: u32,
    tables: BTreeMap<String, u64>,
    audio: AudioList,
    findings: Vec<String>,
}

impl Copy {
    /// Copies every table of the database at `source`, as one transaction sees it, into a new file.
    fn make(
        source: &Path,
        copy: &Path,
        migrations: &[Migration],
        watch: &Watch<'_>,
    ) -> Result<Self, Error> {
        drop(data_dir::open_private(copy)?);
        let connection = Connection::open_with_flags(
            copy,
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX
                | OpenFlags::SQLITE_OPEN_URI,
        )?;
        set_up(&connection)?;
        // The file is worth nothing until it is whole, and is thrown away if it does not become so.
        connection.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF",
        )?;
        let live = uri(source, "mode=rw").ok_or_else(|| Error::DataDir {
            path: source.to_owned(),
            reason: "its path has no form that SQLite understands".into(),
        })?;
        keep_log_at_close(&connection, source)?;
        connection.execute("ATTACH ?1 AS live", [live])?;
        let total = files::size_if_there(source)?.unwrap_or(0);
        let where_it_stands = || {
            let so_far = files::size_if_there(copy).ok().flatten().unwrap_or(0);
            watch.at(Stage::Copying, so_far.min(total), total)
        };
        let copied = interruptible(&connection, where_it_stands, || {
            copy_tables(&connection, migrations)
        })?;
        connection.execute_batch("DETACH live")?;
        let at = || watch.at(Stage::Checking, 0, 1);
        let (findings, audio) = interruptible(&connection, at, || {
            // A row that breaks a rule of its table is kept: a backup that refused a damaged database would leave
            // the learner without any. Its pages are new; if the disk did not keep them, no restore takes them.
            let findings = integrity::check(&connection)?;
            if let Some(first) = findings.pages.first() {
                return Err(Error::corrupt(first.trim_end_matches('.')));
            }
            let tables = status::names_in(&connection, "main", "table")?;
            if count_rows(&connection, "main", &tables)? != copied.tables {
                return Err(Error::internal("a copy has not the rows of its original"));
            }
            Ok((findings.rows, list_audio(&connection)?))
        })?;
        watch.at(Stage::Checking, 1, 1)?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(Self {
            audio,
            findings,
            ..copied
        })
    }

    fn into_manifest(self, new: &NewBackup, database: DatabaseFile) -> Manifest {
        Manifest {
            format: FORMAT,
            created_at: new.now,
            reason: new.reason,
            app_version: new.app_version.clone(),
            schema_version: self.schema_version,
            sqlite_version: status::sqlite_version().to_owned(),
            database,
            tables: self.tables,
            audio: self.audio,
            findings: self.findings,
        }
    }
}

/// In one transaction, and so of one state: the tables, their indexes, and what the header says.
fn copy_tables(connection: &Connection, migrations: &[Migration]) -> Result<Copy, Error> {
    connection.execute_batch("BEGIN")?;
    let schema_version: u32 =
        connection.pragma_query_value(Some("live"), "user_version", |row| row.get(0))?;
    let known = usize::try_from(schema_version)
        .ok()
        .and_then(|version| migrations.get(..version))
        .ok_or_else(|| Error::corrupt("its schema version is not one that this program knows"))?;
    // The statements are ours: nothing that the file says of itself is run.
    let ours = objects(&fresh(known)?)?;
    let is_copied = |object: &&SchemaObject| {
        matches!(object.kind.as_str(), "table" | "index")
            && !object.sql.starts_with("CREATE VIRTUAL TABLE")
    };
    for object in ours.iter().filter(is_copied) {
        connection.execute_batch(&object.sql)?;
    }
    // Not asked of SQLite, which would open the full-text tables of the original to answer, and call a disk that
    // fails then an error of the statement.
    let tables: Vec<String> = ours
        .iter()
        .filter(is_copied)
        .filter(|object| object.kind == "table")
        .map(|object| object.name.clone())
        .collect();
    for table in &tables {
        // Tables of one shape are copied as they lie, row by row and index by index, without being decoded.
        connection.execute_batch(&format!(
            "INSERT INTO main.\"{table}\" SELECT * FROM live.\"{table}\""
        ))?;
    }
    let tables = count_rows(connection, "live", &tables)?;
    connection.pragma_update(Some("main"), "user_version", schema_version)?;
    connection.pragma_update(Some("main"), "application_id", APPLICATION_ID)?;
    connection.execute_batch("COMMIT")?;
    Ok(Copy {
        schema_version,
        tables,
        audio: AudioList {
            count: 0,
            sha256: String::new(),
        },
        findings: Vec::new(),
    })
}

pub(super) fn count_rows(
    connection: &Connection,
    schema: &str,
    tables: &[String],
) -> Result<BTreeMap<String, u64>, Error> {
    tables
        .iter()
        .map(|table| {
            let sql = format!("SELECT count(*) FROM {schema}.\"{table}\"");
            Ok((
                table.clone(),
                connection
                    .query_row(&sql, [], |row| row.get::<_, i64>(0))?
                    .cast_unsigned(),
            ))
        })
        .collect()
}

fn list_audio(connection: &Connection) -> Result<AudioList, Error> {
    if !connection.table_exists(Some("main"), "message_chunks")? {
        // A schema from before there were sounds.
        return Ok(AudioList {
            count: 0,
            sha256: files::hex(&Sha256::new().finalize()),
        });
    }
    let mut statement = connection.prepare(
        "SELECT DISTINCT audio_key FROM message_chunks WHERE audio_key IS NOT NULL ORDER BY audio_key",
    )?;
    let mut rows = statement.query([])?;
    let (mut count, mut hash) = (0, Sha256::new());
    while let Some(row) = rows.next()? {
        let key = row.get_ref(0)?.as_bytes();
        hash.update(key.map_err(|_| Error::corrupt("a sound has a key that is no text"))?);
        hash.update(b"\n");
        count += 1;
    }
    Ok(AudioList {
        count,
        sha256: files::hex(&hash.finalize()),
    })
}
