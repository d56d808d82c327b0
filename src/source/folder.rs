//! Folders: files found by walking, in the order of their paths whatever the file system says.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use walkdir::{DirEntry, WalkDir};

use super::container::Format;
use super::{Class, Content, Hints, Page, SourceError, print_os, printable, text_of};

/// Which files of a folder are taken, and which members of archives.
#[derive(Debug, Clone)]
pub struct Choice {
    globs: Option<GlobSet>,
    /// Those that do not end as a container does.
    members: Option<GlobSet>,
    follow: bool,
    hidden: bool,
    /// Files and folders that are no input.
    without: Vec<PathBuf>,
}

/// Where a path leads to, also where nothing stands there yet.
fn real(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().or_else(|| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(folder.canonicalize().ok()?.join(path.file_name()?))
    })
}

/// A glob that cannot be read.
#[derive(Debug)]
pub struct ChoiceError {
    /// The glob as given.
    pub glob: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for ChoiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--glob '{}': {}", self.glob, self.message)
    }
}

impl Choice {
    /// Leaves out what is written while the input is read: it would be read as well, now or the next time.
    #[must_use]
    pub fn without<'p>(mut self, outputs: impl IntoIterator<Item = &'p Path>) -> Self {
        self.without = outputs.into_iter().filter_map(real).collect();
        self
    }

    /// Whether a path is one of those left out.
    pub fn leaves_out(&self, path: &Path) -> bool {
        let named_so = |other: &&PathBuf| other.file_name() == path.file_name();
        // Where a path leads to is asked only of those that have the name.
        self.without.iter().any(|other| named_so(&other)) && real(path).is_some_and(|path| self.without.contains(&path))
    }

    /// `globs` choose files by name (`*.txt`) or, where they hold a `/`, by path below the folder (`2024/**/*.txt`);
    /// without any, files with the endings of pages, containers and tables are taken, except `*.expected.json`. Members
    /// of archives are chosen by the globs that do not end as a container does (`*.zip` says which archives are read,
    /// `*.html` what is read of them); without any of these, as without globs. Links are followed and hidden files read
    /// only when asked.
    ///
    /// # Errors
    /// [`ChoiceError`] for a glob that cannot be read.
    pub fn new(globs: &[String], follow: bool, hidden: bool) -> Result<Self, ChoiceError> {
        let members: Vec<_> = globs.iter().filter(|glob| !is_container(glob)).cloned().collect();
        Ok(Choice { globs: compiled(globs)?, members: compiled(&members)?, follow, hidden, without: Vec::new() })
    }

    /// Whether globs choose members of archives.
    pub fn chooses_members(&self) -> bool {
        self.members.is_some()
    }

    /// Whether a member of an archive is taken by its name there.
    pub fn takes_member(&self, inner: &str) -> bool {
        let inner = inner.trim_start_matches("./").trim_start_matches('/');
        self.members.as_ref().is_none_or(|globs| globs.is_match(inner))
    }

    fn takes(&self, below: &Path) -> bool {
        if let Some(globs) = &self.globs {
            return globs.is_match(below);
        }
        let name = below.to_string_lossy();
        Format::of_name(&name).is_some() && !name.ends_with(".expected.json")
    }
}

fn compiled(globs: &[String]) -> Result<Option<GlobSet>, ChoiceError> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let anywhere = if glob.contains('/') { glob.trim_start_matches('/').to_owned() } else { format!("**/{glob}") };
        let compiled = GlobBuilder::new(&anywhere).literal_separator(true).build();
        set.add(compiled.map_err(|e| ChoiceError { glob: glob.clone(), message: e.kind().to_string() })?);
    }
    if globs.is_empty() {
        return Ok(None);
    }
    let set = set.build().map_err(|e| ChoiceError { glob: globs.join(" "), message: e.kind().to_string() })?;
    Ok(Some(set))
}

/// Whether all that a glob takes are containers, by how it ends.
fn is_container(glob: &str) -> bool {
    Format::of_name(glob).is_some_and(|format| format.is_archive() || format.is_packed())
}

/// How many files were passed over, so that nothing is left out silently.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// Files the choice does not take.
    pub not_chosen: u64,
    /// Links that were not followed.
    pub links: u64,
    /// Pipes, sockets and devices, which might never end.
    pub special: u64,
}

/// All pages below the paths a user named, in the order of the paths given and, within a folder, of the names.
#[derive(Debug)]
pub struct Folders {
    roots: std::vec::IntoIter<PathBuf>,
    several: bool,
    choice: Choice,
    open: Option<(PathBuf, walkdir::IntoIter)>,
    skipped: Skipped,
}

impl Folders {
    /// Walks `roots`; a file among them is a page whatever it is called.
    pub fn new(roots: Vec<PathBuf>, choice: Choice) -> Self {
        Folders { several: roots.len() > 1, roots: roots.into_iter(), choice, open: None, skipped: Skipped::default() }
    }

    /// What has been passed over so far.
    pub fn skipped(&self) -> Skipped {
        self.skipped
    }

    fn open(&self, root: &Path) -> walkdir::IntoIter {
        // Entries of one folder share all but their names, so whole paths sort as names do and need no taking apart.
        // Sorting holds the names of a folder, never of all, and with them is what grows with a folder's size.
        let by_path = |a: &DirEntry, b: &DirEntry| a.path().as_os_str().cmp(b.path().as_os_str());
        WalkDir::new(root).follow_links(self.choice.follow).sort_by(by_path).into_iter()
    }

    /// What a page is called. With several folders two pages may lie at one path below them; the path as given tells them
    /// apart.
    fn name(&self, below: &Path, path: &Path) -> String {
        name_of(if self.several { path } else { below })
    }

    /// Why the walk cannot go on somewhere. A path the user named is told as it was given.
    fn error(&self, root: &Path, error: &walkdir::Error) -> SourceError {
        let path = error.path().unwrap_or(root);
        let place = if path == root {
            text_of(root.as_os_str().as_encoded_bytes())
        } else {
            self.name(below(root, path), path)
        };
        match (error.io_error(), error.loop_ancestor()) {
            (Some(io), _) => SourceError::of(&place, io),
            (_, Some(ancestor)) => {
                let message = format!("links round in a circle to {}", printable(ancestor));
                SourceError { place, class: Class::Unreadable, message }
            }
            _ => SourceError { place, class: Class::Unreadable, message: "cannot be read".to_owned() },
        }
    }

    fn page(&mut self, root: &Path, entry: DirEntry) -> Option<Result<Page, SourceError>> {
        let kind = entry.file_type();
        if kind.is_dir() {
            return None;
        }
        let named = entry.depth() == 0;
        if !named && !kind.is_file() && !kind.is_symlink() {
            self.skipped.special += 1;
            return None;
        }
        if kind.is_symlink() && !named {
            self.skipped.links += 1;
            return None;
        }
        let below =
            if named { Path::new(root.file_name().unwrap_or(root.as_os_str())) } else { below(root, entry.path()) };
        if !named && !self.choice.takes(below) {
            self.skipped.not_chosen += 1;
            return None;
        }
        let name = self.name(below, entry.path());
        if kind.is_file() {
            return Some(Ok(page(entry.into_path(), name)));
        }
        // A path named by the user is followed to what it links to; the walk itself follows links where asked.
        Some(match std::fs::metadata(entry.path()) {
            Ok(meta) if meta.is_dir() => return None,
            // A pipe or device in a folder would never end; one the user names is read.
            Ok(meta) if !meta.is_file() && !named => {
                self.skipped.special += 1;
                return None;
            }
            Ok(_) => Ok(page(entry.into_path(), name)),
            Err(error) => Err(SourceError::of(&name, &error)),
        })
    }
}

impl Iterator for Folders {
    type Item = Result<Page, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((root, mut walk)) = self.open.take() else {
                let root = self.roots.next()?;
                let walk = self.open(&root);
                self.open = Some((root, walk));
                continue;
            };
            let Some(entry) = walk.next() else { continue };
            let item = match entry {
                Ok(entry) if entry.depth() > 0 && !self.choice.hidden && is_hidden(&entry) => {
                    if entry.file_type().is_dir() {
                        walk.skip_current_dir();
                    }
                    None
                }
                Ok(entry) if entry.depth() > 0 && self.choice.leaves_out(entry.path()) => {
                    if entry.file_type().is_dir() {
                        walk.skip_current_dir();
                    }
                    self.skipped.not_chosen += 1;
                    None
                }
                Ok(entry) => self.page(&root, entry),
                Err(error) => Some(Err(self.error(&root, &error))),
            };
            self.open = Some((root, walk));
            if item.is_some() {
                return item;
            }
        }
    }
}

fn page(path: PathBuf, name: String) -> Page {
    Page { name, content: Content::File(path), hints: Hints::default() }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// A path below a folder.
fn below<'p>(root: &Path, path: &'p Path) -> &'p Path {
    path.strip_prefix(root).unwrap_or(path)
}

/// A relative path with `/` between its parts, without `./`.
fn name_of(path: &Path) -> String {
    let mut name = String::with_capacity(path.as_os_str().len());
    for part in path.components().filter(|part| !matches!(part, Component::CurDir)) {
        if !name.is_empty() && !name.ends_with('/') {
            name.push('/');
        }
        print_os(part.as_os_str(), &mut name);
    }
    name
}
