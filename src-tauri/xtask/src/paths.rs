//! Where things are.

use std::path::PathBuf;

use anyhow::{Context, Result};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    // Cargo says at run time which clone's crate it runs. In a target directory that clones share, it takes a program
    // compiled in another clone for fresh, so the path compiled in is only for a program started without Cargo.
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
        .join("../..")
        .components()
        .fold(PathBuf::new(), |mut path, component| {
            if component == std::path::Component::ParentDir {
                path.pop();
            } else {
                path.push(component);
            }
            path
        })
}

/// The window's sources.
pub(crate) fn ui() -> PathBuf {
    root().join("ui")
}

/// The user's cache for this project. It survives a clone, so a second clone pays for nothing again.
pub(crate) fn cache() -> Result<PathBuf> {
    let base = directories::BaseDirs::new().context("there is no home directory")?;
    Ok(base.cache_dir().join("parlance"))
}

/// Where Cargo builds: `CARGO_TARGET_DIR` if it is set, else in the cache.
pub(crate) fn target() -> Result<PathBuf> {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => Ok(std::path::absolute(directory)?),
        None => Ok(cache()?.join("target")),
    }
}

/// Cargo tools installed for this project.
pub(crate) fn tools() -> Result<PathBuf> {
    Ok(cache()?.join("tools"))
}

/// This clone's app. The target directory is shared with other clones, whose builds would replace it there
/// in the middle of a test.
pub(crate) fn app() -> PathBuf {
    root().join("target").join(app_name())
}

/// The app as Cargo builds it.
pub(crate) fn built_app() -> Result<PathBuf> {
    Ok(target()?.join("debug").join(app_name()))
}

fn app_name() -> String {
    format!("parlance{}", std::env::consts::EXE_SUFFIX)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::root;

    #[test]
    #[allow(clippy::unwrap_used)]
    fn every_file_that_the_readme_points_to_is_there() {
        let readme = fs::read_to_string(root().join("README.md")).unwrap();
        let targets: Vec<&str> = readme
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .filter(|target| !target.contains("://"))
            .collect();
        assert!(
            targets.iter().any(|target| target.ends_with(".png")),
            "{targets:?}"
        );
        for target in targets {
            assert!(
                root().join(target).is_file(),
                "README.md points to {target}"
            );
        }
    }
}
