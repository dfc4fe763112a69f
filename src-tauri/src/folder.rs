//! The data folder: the only place that the shell writes to. One process holds it at a time.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

/// A folder that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another console holds it.
    #[error("another console uses the folder `{0}`; close it, or name another folder with --data-dir")]
    InUse(PathBuf),
    /// The operating system says no.
    #[error("`{path}` can't be used: {cause}; see to its owner and rights")]
    Io {
        /// What.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

/// The data folder of this process.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Locked as long as this process lives.
    _held: File,
}

impl Folder {
    /// Makes the folder, for its owner alone, and takes hold of it.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let fail = |cause| FolderError::Io { path: path.to_owned(), cause };
        make_private(path).map_err(fail)?;
        let held = private().create(true).truncate(false).write(true).open(path.join("lock")).map_err(fail)?;
        match held.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _held: held }),
            Err(fs::TryLockError::WouldBlock) => Err(FolderError::InUse(path.to_owned())),
            Err(fs::TryLockError::Error(cause)) => Err(fail(cause)),
        }
    }

    /// A file in it.
    #[must_use]
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Reads a small file; `None` if it is not there.
    ///
    /// # Errors
    /// If it is there and can't be read.
    pub fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, FolderError> {
        read_small(&self.join(name))
    }

    /// Writes a file whole or not at all, for its owner alone.
    ///
    /// # Errors
    /// If it can't be written; then the old one stays.
    pub fn write(&self, name: &str, text: &str) -> Result<(), FolderError> {
        write_private(&self.join(name), text)
    }
}

/// Reads a small text file; `None` if it is not there.
///
/// # Errors
/// If it is there and can't be read.
pub fn read_small(path: &Path) -> Result<Option<Zeroizing<String>>, FolderError> {
    let mut text = Zeroizing::new(String::new());
    let read = File::open(path).and_then(|f| f.take(1 << 20).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(Some(text)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(FolderError::Io { path: path.to_owned(), cause }),
    }
}

/// Writes a file whole or not at all, for its owner alone.
///
/// # Errors
/// If it can't be written; then the old one stays.
pub fn write_private(path: &Path, text: &str) -> Result<(), FolderError> {
    let new = path.with_extension("new");
    let write = || {
        let mut file = private().create(true).truncate(true).write(true).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(|cause| FolderError::Io { path: path.to_owned(), cause })
}

#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_and_its_files_are_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b");
        let folder = Folder::open(&path).unwrap();
        assert!(matches!(Folder::open(&path), Err(FolderError::InUse(_))));
        assert_eq!(folder.read("x").unwrap(), None);
        folder.write("x", "one").unwrap();
        folder.write("x", "two").unwrap();
        assert_eq!(folder.read("x").unwrap().unwrap().as_str(), "two");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(folder.join("x")).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        }
        drop(folder);
        assert!(Folder::open(&path).is_ok());
    }
}
