//! Where a server is: the URL as libpq reads it, and what stands elsewhere when the URL does not say it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::password;
use super::tls::Mode;

/// The parameters there are, by libpq's names. `passfile` is of the surroundings only.
const KEYS: [&str; 13] = [
    "host",
    "port",
    "dbname",
    "user",
    "password",
    "passfile",
    "sslmode",
    "sslrootcert",
    "connect_timeout",
    "options",
    "application_name",
    "channel_binding",
    "client_encoding",
];
/// Others that libpq knows, which may be named in a message without telling a piece of a password.
const UNUSED: [&str; 16] = [
    "hostaddr",
    "service",
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslcrl",
    "sslcrldir",
    "sslsni",
    "sslnegotiation",
    "gssencmode",
    "krbsrvname",
    "keepalives",
    "keepalives_idle",
    "tcp_user_timeout",
    "target_session_attrs",
    "load_balance_hosts",
];
const PORT: u16 = 5432;
/// How long a server may take to answer where nothing else is said.
const PATIENCE: Duration = Duration::from_secs(30);
/// The folders in which servers put their sockets.
const SOCKETS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// A server, a database on it, and who asks.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    given: BTreeMap<&'static str, String>,
    home: Option<PathBuf>,
}

/// What a URL leaves out, as the user's surroundings have it.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Parameters by libpq's names, each with the place it is from.
    pub parameters: Vec<(&'static str, &'static str, String)>,
    /// The user's folder, where libpq looks for `.pgpass` and `.postgresql/root.crt`.
    pub home: Option<PathBuf>,
    /// The user's name, which is the role where nobody names one.
    pub user: Option<String>,
}

impl Target {
    /// Reads what stands behind `postgresql://`.
    ///
    /// # Errors
    /// When it is no URL of libpq's. As any piece of it may be one of a password, the message holds none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut target = Target { given: BTreeMap::new(), home: None };
        let (address, parameters) = text.split_once('?').unwrap_or((text, ""));
        let (server, database) = address.split_once('/').unwrap_or((address, ""));
        let (who, server) = server.rsplit_once('@').unwrap_or(("", server));
        // Behind a / or ? of a password that is not escaped, the rest of it would be taken for something to be shown.
        if database.contains(['@', '/']) || parameters.contains('@') {
            return Err(format!("expected no / or ? before the last @, found one{ESCAPES}"));
        }
        let (user, password) = who.split_once(':').unwrap_or((who, ""));
        let (host, port) = match server.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, rest)) => (host, rest.strip_prefix(':').unwrap_or(rest)),
            None => server.split_once(':').unwrap_or((server, "")),
        };
        for (key, value) in
            [("user", user), ("password", password), ("host", host), ("port", port), ("dbname", database)]
        {
            if !value.is_empty() {
                target.set(key, decoded(value)?)?;
            }
        }
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            let (key, value) = parameter.split_once('=').ok_or("expected key=value behind the ?, found no =")?;
            let known = KEYS.into_iter().filter(|it| *it != "passfile").find(|it| *it == key);
            let key = known.ok_or_else(|| match UNUSED.into_iter().find(|it| *it == key) {
                Some(key) => format!("expected a parameter that kohex knows behind the ?, found {key}"),
                None => format!("expected parameters such as sslmode behind the ?, found another{ESCAPES}"),
            })?;
            target.set(key, decoded(value)?)?;
        }
        Ok(target)
    }

    fn set(&mut self, key: &'static str, value: String) -> Result<(), String> {
        let expected = |what: &str| Err(format!("{key}: expected {what}, found something else{ESCAPES}"));
        match key {
            "port" if value.parse::<u16>().unwrap_or_default() == 0 => return expected("a number from 1 to 65535"),
            "host" if value.contains(',') => return expected("one host"),
            "host" if !value.starts_with('/') && value.contains(['/', '@', ' ']) => {
                return expected("a name or address");
            }
            "sslmode" if Mode::named(&value).is_none() => {
                return expected("disable, prefer, require, verify-ca or verify-full");
            }
            "connect_timeout" if value.parse::<u32>().is_err() => return expected("a number of seconds"),
            "channel_binding" if !["disable", "prefer", "require"].contains(&value.as_str()) => {
                return expected("disable, prefer or require");
            }
            "client_encoding" if !["utf8", "utf-8", "auto"].contains(&value.to_lowercase().as_str()) => {
                return expected("UTF8");
            }
            _ if value.contains('\0') => return expected("text"),
            _ => {}
        }
        self.given.insert(key, value);
        Ok(())
    }

    /// With what the URL leaves out, and a remark where a password file was passed over.
    ///
    /// # Errors
    /// When something in the surroundings is not what it must be.
    pub fn completed(mut self, around: &Surroundings) -> Result<(Self, Option<String>), String> {
        for (key, place, value) in &around.parameters {
            if !self.given.contains_key(key) && !value.is_empty() {
                self.set(key, value.clone()).map_err(|message| format!("{place}: {message}"))?;
            }
        }
        if let (None, Some(user)) = (self.get("user"), &around.user) {
            self.set("user", user.clone())?;
        }
        if self.get("host").is_none() {
            let socket = format!(".s.PGSQL.{}", self.port());
            let folder = SOCKETS.into_iter().find(|folder| Path::new(folder).join(&socket).exists());
            self.set("host", folder.unwrap_or("localhost").to_owned())?;
        }
        self.home.clone_from(&around.home);
        let mut remark = None;
        if self.get("password").is_none() {
            let file = self.get("passfile").map(PathBuf::from);
            if let Some(file) = file.or_else(|| Some(self.home.as_ref()?.join(".pgpass"))) {
                match password::find(&file, [self.host(), &self.port().to_string(), self.database(), self.user()]) {
                    Ok(Some(found)) => self.set("password", found)?,
                    Ok(None) => {}
                    Err(why) => remark = Some(why),
                }
            }
        }
        Ok((self, remark))
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.given.get(key).map(String::as_str)
    }

    pub fn host(&self) -> &str {
        self.get("host").unwrap_or("localhost")
    }

    /// Whether the server is asked over a socket in a folder of this machine.
    pub fn is_local(&self) -> bool {
        self.host().starts_with('/')
    }

    pub fn port(&self) -> u16 {
        self.get("port").and_then(|port| port.parse().ok()).unwrap_or(PORT)
    }

    pub fn user(&self) -> &str {
        self.get("user").unwrap_or("postgres")
    }

    /// The database; as with libpq, the one of the user's name where none is named.
    pub fn database(&self) -> &str {
        self.get("dbname").unwrap_or_else(|| self.user())
    }

    /// How to encrypt; the certificates of the machine are trusted for the hosts they name only, as with libpq.
    pub fn mode(&self) -> Mode {
        if self.get("sslrootcert") == Some("system") {
            return Mode::VerifyFull;
        }
        self.get("sslmode").and_then(Mode::named).unwrap_or(Mode::Prefer)
    }

    /// The file of certificates to trust, or `system` for those that the machine trusts; with whether somebody asked for it.
    pub fn roots(&self) -> Option<(PathBuf, bool)> {
        let usual = || Some((self.home.as_ref()?.join(".postgresql/root.crt"), false));
        self.get("sslrootcert").map(|file| (file.into(), true)).or_else(usual)
    }

    /// All that the client needs, but for the encryption.
    pub fn config(&self) -> postgres::Config {
        let mut config = postgres::Config::new();
        // A host that begins with a slash is a folder of sockets.
        config.host(self.host()).port(self.port()).user(self.user()).dbname(self.database());
        config.application_name(self.get("application_name").unwrap_or("kohex"));
        if let Some(password) = self.get("password") {
            config.password(password);
        }
        if let Some(options) = self.get("options") {
            config.options(options);
        }
        let seconds = self.get("connect_timeout").and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
        config.connect_timeout(seconds.filter(|it| !it.is_zero()).unwrap_or(PATIENCE));
        config.channel_binding(match self.get("channel_binding") {
            Some("disable") => postgres::config::ChannelBinding::Disable,
            Some("require") => postgres::config::ChannelBinding::Require,
            _ => postgres::config::ChannelBinding::Prefer,
        });
        config
    }
}

/// What most often is amiss with a URL that cannot be read.
const ESCAPES: &str = "\nhelp: in a user's name or password, @ is written %40, : %3A, / %2F, ? %3F, # %23, % %25";

/// As it is given, without the password and the parameters.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgresql://")?;
        if let Some(user) = self.get("user") {
            write!(f, "{user}@")?;
        }
        match self.get("host") {
            Some(host) if host.contains(':') => write!(f, "[{host}]")?,
            Some(host) => f.write_str(host)?,
            None => {}
        }
        if let Some(port) = self.get("port") {
            write!(f, ":{port}")?;
        }
        self.get("dbname").map_or(Ok(()), |database| write!(f, "/{database}"))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text with its percent escapes resolved.
fn decoded(text: &str) -> Result<String, String> {
    let wrong = || format!("expected %XX with two hexadecimal digits and UTF-8, found something else{ESCAPES}");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let (high, low) = (digit().ok_or_else(wrong)?, digit().ok_or_else(wrong)?);
        bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

    use super::*;

    fn target(text: &str) -> Target {
        Target::parse(text).expect("a URL")
    }

    #[test]
    fn urls_are_read_as_libpq_reads_them() {
        for (text, shown, host, port, user, database) in [
            ("", "postgresql://", "localhost", 5432, "postgres", "postgres"),
            ("localhost", "postgresql://localhost", "localhost", 5432, "postgres", "postgres"),
            ("me@h:5433/db", "postgresql://me@h:5433/db", "h", 5433, "me", "db"),
            ("me:se%40cret@h/db", "postgresql://me@h/db", "h", 5432, "me", "db"),
            ("me:se@cret@h/db", "postgresql://me@h/db", "h", 5432, "me", "db"),
            ("me@[::1]:5433", "postgresql://me@[::1]:5433", "::1", 5433, "me", "me"),
            ("me@%2Frun%2Fpg/db", "postgresql://me@/run/pg/db", "/run/pg", 5432, "me", "db"),
            ("/db?host=/run/pg&user=you", "postgresql://you@/run/pg/db", "/run/pg", 5432, "you", "db"),
            ("h/d%C3%A9?password=secret", "postgresql://h/dé", "h", 5432, "postgres", "dé"),
        ] {
            let target = target(text);
            assert_eq!(target.to_string(), shown);
            assert_eq!(format!("{target:?}"), shown);
            assert_eq!((target.host(), target.port()), (host, port), "{text}");
            assert_eq!((target.user(), target.database()), (user, database), "{text}");
        }
        assert_eq!(target("me:se@cret@h").get("password"), Some("se@cret"));
        assert!(target("h?sslmode=verify-full").mode() == Mode::VerifyFull && target("h").mode() == Mode::Prefer);
    }

    #[test]
    fn no_piece_of_a_url_that_cannot_be_read_is_repeated() {
        for text in [
            "me:SEC/RET@h/db",
            "me:1/RET@h/db",
            "me:1?user=RET@h",
            "me:SEC?RET=x@h",
            "me:SEC?RET@h",
            "me:SEC%RET@h",
            "h:SECRET",
            "h?password=a&SECRET=b",
            "h,SECRET/db",
            "h?port=SECRET",
            "h?sslmode=SECRET",
            "h?connect_timeout=SECRET",
            "h/%FF?password=SECRET",
            "h?channel_binding=SECRET",
            "h?client_encoding=SECRET",
            "me:x%00SECRET@h",
            "h?passfile=SECRET",
        ] {
            let message = Target::parse(text).expect_err(text);
            assert!(message.contains("expected ") && !message.contains("SEC") && !message.contains("RET"), "{message}");
        }
        assert!(Target::parse("h?gssencmode=disable").is_err_and(|message| message.contains("found gssencmode")));
    }

    #[test]
    fn the_surroundings_say_what_the_url_does_not() {
        let parameters = vec![
            ("user", "PGUSER", "other".to_owned()),
            ("host", "PGHOST", "elsewhere".to_owned()),
            ("password", "PGPASSWORD", "secret".to_owned()),
        ];
        let around = Surroundings { parameters, ..Surroundings::default() };
        let (completed, remark) = target("me@/db").completed(&around).expect("complete");
        assert_eq!((completed.to_string().as_str(), remark), ("postgresql://me@elsewhere/db", None));
        assert_eq!(completed.get("password"), Some("secret"));
        let parameters = vec![("port", "PGPORT", "SECRET".to_owned())];
        let wrong = target("h").completed(&Surroundings { parameters, ..Surroundings::default() });
        assert!(wrong.is_err_and(|message| message.starts_with("PGPORT: port: expected a number")));
    }
}
