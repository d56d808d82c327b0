//! Rejects: pages, or parts of an input, that give no record, each with the reason.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::names;

/// Why there is no record of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The page, file, folder or member of an archive, as records name it.
    pub path: String,
    /// How far it came.
    pub stage: Stage,
    /// What kind of failure it is.
    pub class: Class,
    /// What failed and why, in one line.
    pub message: String,
}

impl Reject {
    /// Whether something went wrong, and not only that the page tells of no project.
    pub fn is_failure(&self) -> bool {
        self.class != Class::NotAProject
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for Reject {}

names! {
    /// How far a page came.
    Stage {
        /// Found in a folder, archive or table.
        Source = "source",
        /// Its bytes made characters.
        Decode = "decode",
        /// Its markup made the text a reader sees.
        Markup = "markup",
        /// Its text understood.
        Extract = "extract",
    }
}

names! {
    /// Kinds of failures.
    Class {
        /// Nested too deeply.
        Depth = "depth",
        /// More bytes than a page, archive or table may have.
        Size = "size",
        /// Took too long.
        Timeout = "timeout",
        /// Its bytes are no text.
        Decode = "decode",
        /// Cut off, wrong checksum, not what it says it is, encrypted.
        Damaged = "damaged",
        /// More entries, rows, nodes or a higher ratio than allowed.
        Limit = "limit",
        /// The system refused: no rights, a file that vanished.
        Unreadable = "unreadable",
        /// A fault of kohex.
        Panic = "panic",
        /// No failure: a page that tells of no project, such as Kohesio's of a beneficiary.
        NotAProject = "not_a_project",
    }
}
