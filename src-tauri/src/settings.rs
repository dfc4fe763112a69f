//! What is remembered from run to run and is no secret: which service, and who was there last.

use std::collections::BTreeMap;

use countersign_api::console::ServiceChoice;
use countersign_domain::PersonId;
use serde::{Deserialize, Serialize};

use crate::folder::{Folder, FolderError};

const FILE: &str = "settings.json";

/// The settings file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Which service was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceChoice>,
    /// Who signed in last, by issuer.
    pub people: BTreeMap<String, PersonId>,
}

impl Settings {
    /// Reads them. A file that can't be understood counts as none: there is nothing in it that can't be chosen again.
    ///
    /// # Errors
    /// If the file is there and can't be read.
    pub fn load(folder: &Folder) -> Result<Self, FolderError> {
        let Some(text) = folder.read(FILE)? else { return Ok(Self::default()) };
        Ok(serde_json::from_str(&text).unwrap_or_else(|error| {
            tracing::warn!(%error, "the settings can't be understood; starting without");
            Self::default()
        }))
    }

    /// Writes them.
    ///
    /// # Errors
    /// If they can't be written.
    pub fn save(&self, folder: &Folder) -> Result<(), FolderError> {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        folder.write(FILE, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_back_and_nonsense_counts_as_none() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        assert_eq!(Settings::load(&folder).unwrap(), Settings::default());
        let person = "usr_01a1f920-d180-7b31-9d04-5e77c0c07d52".parse().unwrap();
        let settings = Settings {
            service: Some(ServiceChoice::Shared { url: "https://x.example".into() }),
            people: BTreeMap::from([("https://x.example".into(), person)]),
        };
        settings.save(&folder).unwrap();
        assert_eq!(Settings::load(&folder).unwrap(), settings);
        folder.write(FILE, "{ half").unwrap();
        assert_eq!(Settings::load(&folder).unwrap(), Settings::default());
    }
}
