//! The password file that libpq's programs read: `host:port:database:user:password` a line.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use crate::source::{plain, printable};

/// The password for a host, port, database and user: that of the first line they fit.
///
/// # Errors
/// Says why a file that is there was passed over.
pub fn find(file: &Path, wanted: [&str; 4]) -> Result<Option<String>, String> {
    let passed_over = |why: &str| format!("{}: password file passed over: {why}", printable(file));
    let unread = |error: &io::Error| passed_over(&format!("cannot be read: {}", plain(error)));
    let about = match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        about => about.map_err(|error| unread(&error))?,
    };
    if !about.is_file() {
        return Err(passed_over("expected a plain file"));
    }
    if is_open(&about) {
        return Err(passed_over("expected nobody else to have access, found group or world access\nhelp: chmod 600"));
    }
    // The name of a password's owner may be in any encoding; what does not fit is not meant.
    let text = fs::read(file).map_err(|error| unread(&error))?;
    Ok(String::from_utf8_lossy(&text).lines().find_map(|line| fits(line, wanted)))
}

#[cfg(unix)]
fn is_open(about: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open(_: &Metadata) -> bool {
    false
}

/// The password of a line, where its other fields are those wanted or `*`.
fn fits(line: &str, wanted: [&str; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut rest = line.chars();
    for (place, wanted) in wanted.into_iter().enumerate() {
        let (mut field, mut escaped) = (String::new(), false);
        loop {
            match rest.next()? {
                ':' => break,
                '\\' => {
                    escaped = true;
                    field.push(rest.next()?);
                }
                other => field.push(other),
            }
        }
        // A server asked over its socket is on this machine.
        let local = place == 0 && wanted.starts_with('/') && field == "localhost";
        if field != wanted && !local && (escaped || field != "*") {
            return None;
        }
    }
    let mut password = String::new();
    while let Some(next) = rest.next().filter(|next| *next != ':') {
        password.extend(if next == '\\' { rest.next() } else { Some(next) });
    }
    Some(password).filter(|password| !password.is_empty())
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn lines_fit_as_libpq_fits_them() {
        let wanted = ["db.example.org", "5432", "projects", "me"];
        for (line, password) in [
            ("db.example.org:5432:projects:me:secret", Some("secret")),
            ("*:*:*:me:secret", Some("secret")),
            ("*:*:*:*:", None),
            ("#*:*:*:*:secret", None),
            ("db.example.org:5433:projects:me:secret", None),
            ("db.example.org:5432:projects:me", None),
            (r"*:*:*:me:a\:b\\c", Some(r"a:b\c")),
            (r"\*:*:*:me:secret", None),
            (r"db\.example.org:*:*:m\e:secret", Some("secret")),
            ("*:*:*:me: sec ret ", Some(" sec ret ")),
            ("*:*:*:me:secret:more", Some("secret")),
        ] {
            assert_eq!(fits(line, wanted).as_deref(), password, "{line}");
        }
        let socket = ["/run/postgresql", "5432", "projects", "me"];
        assert_eq!(fits("localhost:*:*:*:secret", socket).as_deref(), Some("secret"));
        assert_eq!(fits("/run/postgresql:*:*:*:secret", socket).as_deref(), Some("secret"));
        assert_eq!(fits(r"\:\:1:*:*:*:secret", ["::1", "1", "a", "b"]).as_deref(), Some("secret"));
    }
}
