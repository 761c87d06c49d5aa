//! What is done with the file that is found at launch, decided before anything is written.
//!
//! | found | done |
//! |---|---|
//! | nothing, and nothing that a database leaves behind | a new database is made |
//! | nothing, or nothing in it, where the marker, a backup or an undo copy says that one must be | `Missing`: nothing is made |
//! | another program's, or tables that no version ever made | `ForeignFile` or `Corrupt`: not touched |
//! | a newer schema | `SchemaTooNew`: not touched |
//! | version, ledger and migrations agree | opened; migrated if older |
//! | they disagree, but the tables are those of a version | copied as it is, then version and ledger put right |
//!
//! Nobody is ever shown an empty app because a file could not be read.

use std::path::Path;

use rusqlite::Connection;

use crate::data_dir::{DATABASE_FILE, Lock};
use crate::inspect::{find_database, look_at};
use crate::migrations::{self, APPLICATION_ID, Migration};
use crate::{Error, marker};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Make a new database.
    Create,
    /// Open it as it is.
    Open,
    /// Bring it up from this version.
    Migrate {
        /// Of the schema that is there.
        from: u32,
    },
    /// Its tables are those of this version; its version or its ledger says something else.
    Mend {
        /// Of the schema that is there.
        version: u32,
        /// What disagrees, for the log.
        because: String,
    },
}

/// Looks at the database in `data_dir` through a connection that cannot write, and decides.
///
/// # Errors
/// `Missing`, `ForeignFile`, `SchemaTooNew`, `Corrupt`; `DataDir`, `Io` or `Busy` if it cannot be looked at.
pub(crate) fn plan(data_dir: &Path, migrations: &[Migration]) -> Result<Plan, Error> {
    let path = data_dir.join(DATABASE_FILE);
    match find_database(&path)? {
        None | Some(0) if !marker::is_database_due(data_dir)? => return Ok(Plan::Create),
        None => {
            return Err(Error::Missing {
                detail: format!("there is no {DATABASE_FILE} any more"),
            });
        }
        Some(0) => {
            return Err(Error::Missing {
                detail: format!("{DATABASE_FILE} is empty"),
            });
        }
        Some(_) => {}
    }
    match look_at(&path, |connection| standing(connection, &path, migrations))? {
        Standing::Empty if marker::is_database_due(data_dir)? => Err(Error::Missing {
            detail: format!("{DATABASE_FILE} has no tables"),
        }),
        Standing::Empty => Ok(Plan::Create),
        Standing::At(version) if version as usize == migrations.len() => Ok(Plan::Open),
        Standing::At(version) => Ok(Plan::Migrate { from: version }),
        Standing::Mendable { version, because } => Ok(Plan::Mend { version, because }),
    }
}

/// Forgets that there must be a database: the learner, who has no backup or wants none, begins anew. Backups and undo
/// copies stay where they are.
///
/// # Errors
/// `Conflict` if there is one, whatever its state: nothing that is there is ever left aside. `AlreadyOpen`; `DataDir`,
/// `Io` or `Busy` if it cannot be told whether there is one.
pub fn begin_anew(data_dir: &Path) -> Result<(), Error> {
    let _lock = Lock::take(data_dir)?;
    match plan(data_dir, migrations::EMBEDDED) {
        Err(Error::Missing { .. }) => marker::clear(data_dir),
        Err(error) if error.is_of_the_disk() => Err(error),
        _ => Err(Error::conflict(
            "There is a database, so nothing new was begun.",
        )),
    }
}

/// Where a database stands, as seen without writing to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing is in it yet.
    Empty,
    /// Ours, at this version; its ledger agrees with the migrations known here.
    At(u32),
    /// Its tables are exactly those of this version, whatever its header and its ledger say.
    Mendable {
        /// The version that made such tables.
        version: u32,
        /// What disagrees.
        because: String,
    },
}

/// Looks at a database and refuses what must not be touched. Writes nothing.
///
/// # Errors
/// `ForeignFile` for another program's database, `SchemaTooNew`, and `Corrupt` if the version, the ledger and
/// the migrations known here disagree and the tables do not tell who is right.
pub(crate) fn standing(
    connection: &Connection,
    path: &Path,
    known: &[Migration],
) -> Result<Standing, Error> {
    let application_id: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let is_empty = connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| {
        row.get(0)
    })?;
    if is_empty && found == 0 && matches!(application_id, 0 | APPLICATION_ID) {
        return Ok(Standing::Empty);
    }
    if application_id != APPLICATION_ID {
        // Only a file that claims to be nobody's can be ours all the same.
        return match (application_id, migrations::version_of(connection, known)?) {
            (0, Some(version)) => Ok(mendable(version, "it does not say that it is ours")),
            _ => Err(Error::ForeignFile {
                path: path.to_owned(),
            }),
        };
    }
    let supported = u32::try_from(known.len()).unwrap_or(u32::MAX);
    let version =
        u32::try_from(found).map_err(|_| Error::corrupt("the schema version makes no sense"))?;
    if version > supported {
        return Err(Error::SchemaTooNew {
            found: version,
            supported,
            written_by: newest_app_version(connection),
        });
    }
    let disagreement = match check_ledger(connection, version, known) {
        Ok(None) if version > 0 => return Ok(Standing::At(version)),
        Ok(None) => "its version is 0, but it has tables".to_owned(),
        Ok(Some(disagreement)) => disagreement,
        Err(error) => return Err(error),
    };
    migrations::version_of(connection, known)?
        .map(|version| mendable(version, &disagreement))
        .ok_or(Error::Corrupt {
            detail: disagreement,
        })
}

fn mendable(version: u32, because: &str) -> Standing {
    Standing::Mendable {
        version,
        because: because.to_owned(),
    }
}

/// The app that applied the newest migration. `None` if a ledger of the future does not say so in a way that
/// is understood here, or says something that is no version.
fn newest_app_version(connection: &Connection) -> Option<String> {
    connection
        .query_row(
            "SELECT app_version FROM schema_migrations ORDER BY version DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .ok()
        .filter(|version: &String| migrations::is_app_version(version))
}

/// What disagrees between the ledger, the version and the migrations known here; `None` if nothing does.
fn check_ledger(
    connection: &Connection,
    version: u32,
    known: &[Migration],
) -> Result<Option<String>, Error> {
    if !connection.table_exists(None, "schema_migrations")? {
        return Ok(Some("its ledger of migrations is gone".into()));
    }
    let mut statement = connection
        .prepare("SELECT version, name, checksum FROM schema_migrations ORDER BY version")?;
    let ledger: Vec<(u32, String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    if ledger.len() != version as usize {
        return Ok(Some(format!(
            "its version is {version}, but its ledger lists {} migrations",
            ledger.len()
        )));
    }
    let stranger = known
        .iter()
        .zip(&ledger)
        .find(|(migration, (version, name, checksum))| {
            migration.version != *version
                || migration.name != name
                || migration.checksum != checksum
        });
    Ok(stranger.map(|(_, (version, name, _))| {
        format!("migration {version:03}_{name} is not the one that this version of the app knows")
    }))
}
