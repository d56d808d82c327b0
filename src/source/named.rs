//! Named: the one page that a path in a record or a reject leads to, in a file of its own or deep in a container.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use super::{Choice, ChoiceError, Class, Limits, Page, Pages, SourceError, printable, shown, text_of};

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum Named {
    Page(Box<Page>),
    /// It leads to a folder, an archive or a table.
    Several {
        /// The paths of the first pages in it.
        pages: Vec<String>,
        /// What is wrong with it besides.
        failed: Option<SourceError>,
    },
    /// The file is there, but holds no page of this name.
    Nothing {
        /// The file, as the path has it.
        file: String,
        /// What stands behind the file in the path.
        name: String,
        /// The paths of pages in it whose names are most alike.
        near: Vec<String>,
        /// What is wrong with what should hold it.
        failed: Option<SourceError>,
    },
    /// There is not even the file.
    Nowhere(SourceError),
}

/// How many pages are compared with a name that is not there.
const COMPARED: usize = 1000;
/// And how many of them are told.
const NEAR: usize = 3;

/// Finds the page that records call `path`: `page.html`, `a.zip!b.tar.gz!page.html`, `list.csv#12`. Where several pages
/// lie below it, the first `most` are told.
///
/// # Errors
/// [`SourceError`] when the page is there and cannot be read.
pub fn named(path: &Path, limits: &Limits, most: usize) -> Result<Named, SourceError> {
    let place = match Place::find(path) {
        Ok(place) => place,
        Err(error) => return Ok(Named::Nowhere(error)),
    };
    let mut failed: Option<SourceError> = None;
    if !place.inner.is_empty() {
        // A run may have been told to take what is no page by its name.
        for item in place.pages(&["*".to_owned()], limits)? {
            match item {
                Ok(page) if place.is(&page.name) => return Ok(Named::Page(Box::new(page))),
                Err(error) if place.is_of(&error) => failed = failed.or(Some(error)),
                Ok(_) | Err(_) => {}
            }
        }
    }
    let (mut pages, mut near) = (Vec::new(), Vec::new());
    for item in place.pages(&[], limits)? {
        match item {
            Ok(page) if place.is(&page.name) => return Ok(Named::Page(Box::new(page))),
            Ok(page) if place.holds(&page.name) => pages.push(place.path_of(&page.name)),
            Ok(page) if near.len() < COMPARED => near.push(page.name),
            Err(error) if place.is_of(&error) || place.is_around(&error) => failed = failed.or(Some(error)),
            Ok(_) | Err(_) => {}
        }
        if pages.len() == most {
            break;
        }
    }
    match failed {
        failed if !pages.is_empty() => Ok(Named::Several { pages, failed }),
        Some(error) if place.is_of(&error) => Err(SourceError { place: printable(path), ..error }),
        failed => Ok(place.nothing(near, failed)),
    }
}

/// A path taken apart.
struct Place {
    /// The file or folder.
    root: PathBuf,
    is_folder: bool,
    /// What stands in the path behind the file.
    inner: String,
    /// What a run over the file calls the page, as a terminal shows it: without control characters.
    wanted: String,
}

impl Place {
    /// The file is the longest beginning of the path that is one: names of files hold `!` and `#` as well.
    fn find(path: &Path) -> Result<Place, SourceError> {
        let text = text_of(path.as_os_str().as_encoded_bytes());
        let cuts = text.rmatch_indices(['!', '#']).filter_map(|(at, _)| text.split_at_checked(at));
        let mut inside = cuts.filter_map(|(file, inner)| Some((there(file).filter(|file| !file.is_dir())?, inner)));
        let Some((root, inner)) = there(&text).map(|root| (root, "")).or_else(|| inside.next()) else {
            let missing = || io::Error::from(io::ErrorKind::NotFound);
            let error = fs::metadata(path).err().unwrap_or_else(missing);
            return Err(SourceError::of(&printable(path), &error));
        };
        let name = text_of(root.file_name().unwrap_or(root.as_os_str()).as_encoded_bytes());
        let wanted = shown(&format!("{name}{inner}"));
        Ok(Place { is_folder: root.is_dir(), inner: inner.to_owned(), wanted, root })
    }

    fn pages(&self, globs: &[String], limits: &Limits) -> Result<Pages, SourceError> {
        let wrong = |error: ChoiceError| {
            let message = error.to_string();
            SourceError { place: printable(&self.root), class: Class::Unreadable, message }
        };
        let choice = Choice::new(globs, false, false).map_err(wrong)?;
        Ok(Pages::new(vec![self.root.clone()], choice, limits.clone()))
    }

    fn is(&self, name: &str) -> bool {
        !self.is_folder && shown(name) == self.wanted
    }

    fn holds(&self, name: &str) -> bool {
        self.is_folder || is_inside(&shown(name), &self.wanted)
    }

    /// Whether something is wrong with what the path leads to.
    fn is_of(&self, error: &SourceError) -> bool {
        error.place == self.wanted || (self.inner.is_empty() && error.place == printable(&self.root))
    }

    /// Whether something is wrong with what should hold it.
    fn is_around(&self, error: &SourceError) -> bool {
        is_inside(&self.wanted, &error.place) || error.place == printable(&self.root)
    }

    /// The path that leads to a page from where the user stands.
    fn path_of(&self, name: &str) -> String {
        let folder = if self.is_folder { Some(self.root.as_path()) } else { self.root.parent() };
        let folder = folder.map(printable).filter(|folder| !folder.is_empty());
        folder.map_or_else(|| shown(name), |folder| format!("{}/{}", folder.trim_end_matches('/'), shown(name)))
    }

    fn nothing(&self, pages: Vec<String>, failed: Option<SourceError>) -> Named {
        let alike = |page: &String| strsim::jaro_winkler(&self.wanted, page);
        let mut near: Vec<(f64, String)> = pages.into_iter().map(|page| (alike(&page), page)).collect();
        near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        Named::Nothing {
            file: printable(&self.root),
            name: shown(self.inner.trim_start_matches(['!', '#'])),
            near: near.iter().take(NEAR).map(|(_, page)| self.path_of(page)).collect(),
            failed,
        }
    }
}

/// Whether a name is that of something in a container of another name.
fn is_inside(name: &str, container: &str) -> bool {
    name.strip_prefix(container).is_some_and(|rest| rest.starts_with(['!', '#']))
}

/// The file or folder of a path as records write it, where there is one: what is no UTF-8 stands there as `\xNN`.
fn there(path: &str) -> Option<PathBuf> {
    let mut at = PathBuf::new();
    for part in Path::new(path).components() {
        let next = at.join(part);
        if next.symlink_metadata().is_ok() {
            at = next;
            continue;
        }
        let name = part.as_os_str().to_str().filter(|name| name.contains('\\'))?;
        let folder = if at.as_os_str().is_empty() { Path::new(".") } else { at.as_path() };
        let is = |entry: &DirEntry| shown(&text_of(entry.file_name().as_encoded_bytes())) == shown(name);
        at.push(fs::read_dir(folder).ok()?.filter_map(Result::ok).find(is)?.file_name());
    }
    at.exists().then_some(at)
}
