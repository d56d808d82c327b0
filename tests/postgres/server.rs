//! A server of PostgreSQL for the tests: in a folder of its own, for this machine only, gone when the tests are.
//!
//! The programs are those of Debian's `postgresql` and `openssl`. Where they are missing and the tests run as root, apt-get
//! installs them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The password of the server's superuser.
pub const SECRET: &str = "Gans/7@Teich:ü%";
/// And as a URL writes it.
pub const ESCAPED: &str = "Gans%2F7%40Teich%3A%C3%BC%25";
/// The superuser.
pub const CHIEF: &str = "chief";

/// The server that all tests share.
pub static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(programs);
static DATABASES: AtomicU32 = AtomicU32::new(0);

pub struct Server {
    pub folder: PathBuf,
    pub port: u16,
    user: (u32, u32),
    /// A shell that waits for the end of this process, however that comes, and then takes the server away.
    guard: Option<Child>,
}

impl Server {
    /// A server with data of its own, which encrypts.
    pub fn start() -> Self {
        let user = user();
        let folder = tempfile::Builder::new().prefix("kohex-pg-").tempdir().expect("a folder").keep();
        chown(&folder, Some(user.0), Some(user.1)).expect("given away");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("open");
        let mut server = Server { folder, port: free_port(), user, guard: None };
        let secret = server.folder.join("secret");
        server.put("secret", SECRET);
        let init = server
            .program("initdb")
            .args(["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust"])
            .args(["--auth-host=scram-sha-256", "--username", CHIEF, "--pwfile", text(&secret), "-D"])
            .arg(server.folder.join("data"))
            .output();
        done(&init.expect("initdb runs"));
        server.certificates();
        server.run();
        server
    }

    /// Starts the server, again where it was stopped.
    pub fn run(&mut self) {
        let (folder, port) = (text(&self.folder).to_owned(), self.port.to_string());
        let server = PROGRAMS.join("postgres");
        let log = fs::File::create(self.folder.join("log")).expect("a log");
        // The shell reads until this process is no more, and closes the server down at once.
        let script = r#"d=$1; shift; "$@" & server=$!; read end
            kill -QUIT $server; wait $server; [ "$end" = stop ] || rm -rf "$d""#;
        let mut guard = Command::new("sh");
        guard.args(["-c", script, "guard", &folder, text(&server), "-D", &format!("{folder}/data"), "-p", &port]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "max_connections=60",
            "ssl=on",
            "log_statement=all",
            &format!("unix_socket_directories={folder}"),
            &format!("ssl_cert_file={folder}/server.crt"),
            &format!("ssl_key_file={folder}/server.key"),
            "shared_buffers=64MB",
            "lc_messages=C",
        ] {
            guard.args(["-c", setting]);
        }
        guard.uid(self.user.0).gid(self.user.1).current_dir(&self.folder).process_group(0);
        guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log);
        self.guard = Some(guard.spawn().expect("sh runs"));
        let begun = Instant::now();
        while !self.psql_as("postgres", "select 1").is_ok_and(|run| run.status.success()) {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_mins(1), "the server does not start: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops the server as if its machine had failed; the data stays.
    pub fn stop(&mut self) {
        let mut guard = self.guard.take().expect("a server that runs");
        guard.stdin.take().expect("a pipe").write_all(b"stop\n").expect("told");
        guard.wait().expect("ended");
    }

    /// A new database, and the URL to it over the network.
    pub fn database(&self) -> Database<'_> {
        let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("create database {name}"));
        Database { server: self, name }
    }

    /// What `psql` says to a query, a line a row, its columns apart by |.
    pub fn sql(&self, database: &str, query: &str) -> String {
        let run = self.psql_as(database, query).expect("psql runs");
        done(&run);
        String::from_utf8(run.stdout).expect("UTF-8").trim_end().to_owned()
    }

    fn psql(&self, database: &str) -> Command {
        let mut psql = Command::new(PROGRAMS.join("psql"));
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-h", text(&self.folder), "-p", &self.port.to_string()]);
        psql.args(["-U", CHIEF, "-d", database]).env("PGCLIENTENCODING", "UTF8");
        psql
    }

    fn psql_as(&self, database: &str, query: &str) -> std::io::Result<Output> {
        self.psql(database).args(["-c", query]).output()
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(PROGRAMS.join(name));
        command.uid(self.user.0).gid(self.user.1).current_dir(&self.folder).env("LC_ALL", "C.UTF-8");
        command
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.folder.join(name);
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("closed");
        self.give(&path);
    }

    /// Gives a file or folder to the server.
    pub fn give(&self, path: &Path) {
        chown(path, Some(self.user.0), Some(self.user.1)).expect("given away");
    }

    /// An authority and a certificate of it for `localhost`.
    fn certificates(&self) {
        let openssl = |arguments: &[&str]| {
            let run = Command::new("openssl").args(arguments).current_dir(&self.folder).output();
            done(&run.unwrap_or_else(|error| panic!("openssl: {error}\nhelp: apt-get install openssl")));
        };
        let new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        self.put("names", "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n");
        openssl(
            &[&new[..], &["-x509", "-days", "2", "-subj", "/CN=tests", "-keyout", "root.key", "-out", "root.crt"]]
                .concat(),
        );
        openssl(&[&new[..], &["-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"]].concat());
        openssl(&[
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-days",
            "2",
            "-CA",
            "root.crt",
            "-CAkey",
            "root.key",
            "-CAcreateserial",
            "-extfile",
            "names",
            "-out",
            "server.crt",
        ]);
        openssl(
            &[&new[..], &["-x509", "-days", "2", "-subj", "/CN=other", "-keyout", "other.key", "-out", "other.crt"]]
                .concat(),
        );
        for name in ["server.key", "server.crt"] {
            let text = fs::read_to_string(self.folder.join(name)).expect("made");
            self.put(name, &text);
        }
    }
}

/// A database of a test.
pub struct Database<'s> {
    pub server: &'s Server,
    pub name: String,
}

impl Database<'_> {
    /// The URL of the superuser, without a password.
    pub fn url(&self) -> String {
        format!("postgresql://{CHIEF}@localhost:{}/{}", self.server.port, self.name)
    }

    pub fn sql(&self, query: &str) -> String {
        self.server.sql(&self.name, query)
    }

    /// Waits until a query says yes.
    pub fn until(&self, query: &str) {
        let begun = Instant::now();
        while self.sql(query) != "t" {
            assert!(begun.elapsed() < Duration::from_mins(1), "not in a minute: {query}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A session that has done a query, for as long as it is kept.
    pub fn hold(&self, query: &str) -> Held {
        let mut psql = self.server.psql(&self.name);
        let mut psql = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("psql runs");
        let input = psql.stdin.as_mut().expect("a pipe");
        writeln!(input, "{query};\nselect 'held';").expect("asked");
        let answers = BufReader::new(psql.stdout.take().expect("a pipe")).lines();
        assert!(answers.map_while(Result::ok).any(|line| line == "held"), "{query}");
        Held(psql)
    }
}

/// A session of `psql`, which ends with this.
pub struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn done(run: &Output) {
    assert!(run.status.success(), "{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
}

pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|it| it.local_addr()).expect("a free port").port()
}

/// Who runs the server: whoever runs the tests, but never root, whom PostgreSQL refuses.
fn user() -> (u32, u32) {
    use std::os::unix::fs::MetadataExt;
    let own = fs::metadata("/proc/self").map(|it| (it.uid(), it.gid())).expect("a process");
    if own.0 != 0 {
        return own;
    }
    let known = fs::read_to_string("/etc/passwd").expect("users");
    let find = |name: &str| {
        let line = known.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let mut numbers = line.split(':').skip(1).map(|number| number.parse().expect("a number"));
        Some((numbers.next()?, numbers.next()?))
    };
    find("postgres").or_else(|| find("nobody")).expect("the user postgres or nobody")
}

/// The folder of the server's programs.
fn programs() -> PathBuf {
    find().unwrap_or_else(|| {
        let install = "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
                       postgresql openssl";
        let run = Command::new("sh").args(["-c", install]).output().expect("sh runs");
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        find().unwrap_or_else(|| panic!("expected the server programs of PostgreSQL, found none\nhelp: {install}\n{told}"))
    })
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::split_paths(&path).find_map(|folder| fs::canonicalize(folder.join("initdb")).ok());
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|entry| entry.path().join("bin/initdb"));
    let all = named.into_iter().chain(debian).filter_map(|initdb| Some(initdb.parent()?.to_owned()));
    all.filter(|folder| ["initdb", "postgres", "psql"].iter().all(|it| folder.join(it).exists())).max()
}
