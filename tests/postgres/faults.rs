//! A server that refuses, stops or is full: what the message says, what is in the tables, and that the same command goes on.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use sha2::Digest;

use super::server::{self, CHIEF, Database, ESCAPED, SECRET, SERVER, Server, text};
use super::{Files, bad, few, good, holds, import, told};

fn url(who: &str, place: &str) -> String {
    format!("postgresql://{who}@{place}")
}

#[test]
fn whoever_is_not_let_in_is_told_why_and_the_password_never() {
    let (files, database) = (Files::new(), SERVER.database());
    let file = files.put("a.jsonl", &few());
    let (port, name, free) = (SERVER.port, &database.name, server::free_port());
    let here = format!("localhost:{port}/{name}");
    let other = |place: &str| url(CHIEF, place);
    let no_role = url("nobody", &here);
    let no_port = other(&format!("localhost:{free}/{name}"));
    for (to, expected) in [
        (
            url(&format!("{CHIEF}:{ESCAPED}x"), &here),
            "expected the password of chief, found another one\nhelp: it is read from",
        ),
        (no_role, "expected the password of nobody, found another one"),
        (
            other(&format!("localhost:{port}/absent")),
            "expected a database absent, found none of that name\nhelp: createdb",
        ),
        (no_port, &format!("expected a server at localhost:{free}, found nothing that listens there\nhelp: is it")),
        (
            other("no.such.host.invalid/x"),
            "expected the name of a host, found no.such.host.invalid, which leads nowhere",
        ),
        (other("%2Fno%2Fsuch/x"), "expected a server at /no/such, found no socket of port 5432"),
    ] {
        let said = bad(import(&to).arg(&file));
        assert!(said.contains("cannot be opened: ") && said.contains(expected), "{to}: {said}");
        let shown = to.replace(&format!(":{ESCAPED}x"), "").replace("%2F", "/");
        assert!(said.contains(&format!("error: {shown}")), "{shown}: {said}");
    }
    let said = bad(import(&other(&here)).env_remove("PGPASSWORD").arg(&file));
    assert!(said.contains("expected a password of chief, found none\nhelp: it is read from PGPASSWORD"), "{said}");
    for wrong in [
        format!("postgresql://{CHIEF}:{SECRET}@{here}"),
        format!("postgres:{CHIEF}:{ESCAPED}@{here}"),
        format!("postgresql://{CHIEF}@{here}?password={ESCAPED}&sslmode={ESCAPED}"),
        format!("postgresql://{CHIEF}:{ESCAPED}@{here}?{ESCAPED}=1"),
    ] {
        let said = bad(import(&wrong).arg(&file));
        assert!(said.contains("--to: ") && said.contains("expected ") && !said.contains("Teich"), "{said}");
    }
    assert_eq!(database.sql("select count(*) from pg_class where relname = 'projects'"), "0");
}

#[test]
fn the_password_stands_in_no_table_and_in_no_list_of_sessions() {
    let (files, database) = (Files::new(), SERVER.database());
    let file = files.put("a.jsonl", &few());
    let to = database.url().replace("chief@", &format!("chief:{ESCAPED}@"));
    let said = good(import(&to).env_remove("PGPASSWORD").arg(&file));
    assert!(said.contains(&format!("{}: 6 added", database.url())), "{said}");
    let runs = database.sql("select to_jsonb(r) from runs r") + &database.sql("select to_jsonb(s) from shards s");
    assert!(runs.contains("a.jsonl") && !runs.contains("Teich"), "{runs}");
    let log = fs::read_to_string(SERVER.folder.join("log")).expect("a log");
    assert!(log.contains("copy pg_temp.kohex_incoming") && !log.contains("Teich"), "the server's log");
}

#[test]
fn the_password_file_is_read_unless_others_can_read_it() {
    let (files, database) = (Files::new(), SERVER.database());
    let file = files.put("a.jsonl", &few());
    let home = files.0.path();
    let pgpass = home.join(".pgpass");
    let escaped = SECRET.replace('\\', "\\\\").replace(':', "\\:");
    fs::write(&pgpass, format!("# ours\nelsewhere:*:*:*:wrong\nlocalhost:{}:*:{CHIEF}:{escaped}\n", SERVER.port))
        .expect("written");
    let mode = |mode| fs::set_permissions(&pgpass, fs::Permissions::from_mode(mode)).expect("set");
    let mut run = import(&database.url());
    let run = run.env_remove("PGPASSWORD").env("HOME", home).arg(&file);
    mode(0o644);
    let said = bad(run);
    let expected = format!("{}: password file passed over: expected nobody else to have access", pgpass.display());
    assert!(said.contains(&expected) && said.contains("expected a password of chief, found none"), "{said}");
    mode(0o600);
    assert!(good(run).contains("6 added"));
    let elsewhere = home.join("elsewhere");
    fs::rename(&pgpass, &elsewhere).expect("moved");
    assert!(bad(run).contains("found none"));
    assert!(good(run.env("PGPASSFILE", &elsewhere)).contains("6 unchanged"));
}

#[test]
fn who_may_not_make_or_fill_tables_is_told_so() {
    let (files, database) = (Files::new(), SERVER.database());
    let file = files.put("a.jsonl", &few());
    let name = &database.name;
    database.sql(&format!("create role {name} login password 'reads'; revoke create on schema public from public"));
    let to = url(name, &format!("localhost:{}/{name}", SERVER.port));
    let run = || {
        let mut run = import(&to);
        run.env("PGPASSWORD", "reads").arg(&file);
        run
    };
    assert!(bad(&mut run()).contains("expected the right to do this, found: permission denied for schema public"));
    good(import(&database.url()).arg(&file));
    assert!(bad(&mut run()).contains("found: permission denied for table schema_version"));
    database.sql(&format!("grant select on all tables in schema public to {name}"));
    let said = bad(&mut run());
    assert!(said.contains("found: permission denied for table runs\nhelp: ask whom the tables belong to"), "{said}");
    assert!(good(run().arg("--dry-run")).contains("6 unchanged"));
    database.sql(&format!("alter database {name} set default_transaction_read_only = on"));
    let said = bad(import(&database.url()).arg(&file));
    assert!(said.contains("expected a server that takes changes, found one that only reads"), "{said}");
    database.sql(&format!(
        "set transaction read write; alter database {name} reset default_transaction_read_only;
        drop owned by {name}; drop role {name}"
    ));
}

#[test]
fn tables_that_are_others_or_were_altered_are_refused() {
    let (files, file) = {
        let files = Files::new();
        let file = files.put("a.jsonl", &few());
        (files, file)
    };
    for (change, expected) in [
        (
            "drop view project_facts, by_country_fund; alter table projects alter total_budget type numeric(18,4)",
            "table projects: expected a column total_budget numeric(18,2), found total_budget numeric(18,4)\nhelp: undo",
        ),
        ("alter table mentions drop rule cascade", "table mentions: expected a column rule text, found none"),
        ("drop table warnings cascade", "table warnings: expected a column project_id text, found none"),
        (
            "update schema_version set version = version + 1",
            "expected tables of version 1, found version 2\nhelp: they were made by a newer",
        ),
        (
            "update schema_version set version = 0",
            "expected tables of version 1, found version 0\nhelp: load the records into",
        ),
        ("drop table schema_version", "expected the tables of kohex or none, found others named so"),
        (
            "alter table projects drop constraint projects_pkey cascade; delete from projects",
            "expected a primary key (id), found none",
        ),
    ] {
        let database = SERVER.database();
        good(import(&database.url()).arg(&file));
        database.sql(change);
        let said = bad(import(&database.url()).arg(&file));
        assert!(said.contains(expected), "{change}: {said}");
    }
    let database = SERVER.database();
    database.sql("create table runs (mine int)");
    let said = bad(import(&database.url()).arg(&file));
    assert!(said.contains("expected the tables of kohex or none, found: relation \"runs\" already exists"), "{said}");
    assert_eq!(database.sql("select to_regclass('projects') is null"), "t");
    // In a schema of its own there is room.
    database.sql("create schema kohex");
    let to = database.url() + "?options=-csearch_path%3Dkohex";
    assert!(good(import(&to).arg(&file)).contains("6 added"));
    assert_eq!(database.sql("select count(*) from kohex.projects"), "6");
    drop(files);
}

#[test]
fn rules_and_columns_that_were_added_are_named_or_left_alone() {
    let (files, database) = (Files::new(), SERVER.database());
    let mut records = few();
    good(import(&database.url()).arg(files.put("a.jsonl", &records)));
    database.sql("alter table projects add mine text default 'x'; update projects set mine = 'y'");
    records[0].title = Some("another".to_owned());
    assert!(good(import(&database.url()).arg(files.put("a.jsonl", &records))).contains("1 changed, 5 unchanged"));
    assert_eq!(database.sql("select count(*) from projects where mine = 'y'"), "6");
    database.sql("create unique index one_title on projects (title)");
    records[0].title = records[1].title.clone();
    let said = bad(import(&database.url()).arg(files.put("a.jsonl", &records)));
    assert!(
        said.contains(
            "table projects: expected rows that break no rule of this table, found a second one: Key (title)="
        ),
        "{said}"
    );
    assert!(said.contains("not complete: 0 of 6 records are loaded"), "{said}");
    assert_eq!(database.sql("select count(*) from projects where title = 'another'"), "1");
}

/// Three files of two records each, and a database in which the third will take long to load.
fn long(files: &Files, database: &Database<'_>) -> [PathBuf; 3] {
    let all = few();
    let first = files.put("0.jsonl", &all[..1]);
    good(import(&database.url()).arg(&first));
    database.sql(
        "create function wait() returns trigger language plpgsql as
        $$ begin if new.name like '%c.jsonl%' then perform pg_sleep(100); end if; return new; end $$;
        create trigger wait before insert on shards for each row execute function wait()",
    );
    [("a.jsonl", 0), ("b.jsonl", 2), ("c.jsonl", 4)].map(|(name, from)| files.put(name, &all[from..from + 2]))
}

/// An import that is about to load the last file.
fn begun(database: &Database<'_>, files: &[PathBuf; 3]) -> Child {
    let run = import(&database.url()).args(files).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("runs");
    database.until(
        "select count(*) = 1 from pg_stat_activity
        where application_name = 'kohex' and wait_event = 'PgSleep' and datname = current_database()",
    );
    run
}

/// What is there is whole shards, and the same command loads the rest.
fn goes_on(database: &Database<'_>, files: &[PathBuf; 3], run: Child) {
    let run = run.wait_with_output().expect("ends");
    assert_eq!(run.status.code(), Some(2), "{}", told(&run));
    let said = told(&run);
    // Whether the server still says why it ends the connection is a matter of chance.
    assert!(said.contains(": the connection was lost") || said.contains(": the server was stopped: "), "{said}");
    assert!(said.contains("\nhelp: what was loaded before is kept; give the same command again\n"), "{said}");
    assert!(
        said.contains("not complete: 4 of 6 records are loaded, in whole shards; the same command again goes on"),
        "{said}"
    );
    let all = few();
    holds(database, &all[..4]);
    database.sql("drop trigger wait on shards");
    let said = good(import(&database.url()).args(files));
    assert!(said.contains("2 added, 0 changed, 0 unchanged, 4 loaded before by a run of the same records"), "{said}");
    holds(database, &all);
    assert_eq!(database.sql("select count(*) from runs where finished_at is null"), "0");
}

#[test]
fn a_session_that_is_ended_leaves_whole_shards() {
    let (files, database) = (Files::new(), SERVER.database());
    let paths = long(&files, &database);
    let run = begun(&database, &paths);
    database.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'kohex' and datname = current_database()",
    );
    goes_on(&database, &paths, run);
}

#[test]
fn an_import_that_is_killed_leaves_whole_shards() {
    let (files, database) = (Files::new(), SERVER.database());
    let paths = long(&files, &database);
    let mut run = begun(&database, &paths);
    run.kill().expect("killed");
    run.wait().expect("ended");
    // The server finds out that nobody listens when it has waited.
    database.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'kohex' and datname = current_database()",
    );
    let all = few();
    holds(&database, &all[..4]);
    database.sql("drop trigger wait on shards");
    let said = good(import(&database.url()).args(&paths));
    assert!(said.contains("2 added, 0 changed, 0 unchanged, 4 loaded before by a run of the same records"), "{said}");
    holds(&database, &all);
}

#[test]
fn a_server_that_fails_in_the_middle_has_whole_shards_when_it_is_back() {
    let mut server = Server::start();
    let name = server.database().name;
    let files = Files::new();
    let (paths, run) = {
        let database = Database { server: &server, name: name.clone() };
        let paths = long(&files, &database);
        let run = begun(&database, &paths);
        (paths, run)
    };
    server.stop();
    let database = Database { server: &server, name: name.clone() };
    let said = bad(import(&database.url()).arg(&paths[0]));
    assert!(said.contains("found nothing that listens there"), "{said}");
    server.run();
    goes_on(&Database { server: &server, name }, &paths, run);
}

#[test]
fn a_program_that_is_no_server_is_told_from_one() {
    let files = Files::new();
    let file = files.put("a.jsonl", &few());
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let answers = thread::spawn(move || {
        for answer in [&b"N"[..], b""] {
            let (mut stream, _) = listener.accept().expect("asked");
            let mut request = [0; 8];
            stream.read_exact(&mut request).expect("a request");
            stream.write_all(answer).expect("answered");
        }
    });
    let to = format!("postgresql://{CHIEF}@127.0.0.1:{port}/x?sslmode=require");
    let said = bad(import(&to).arg(&file));
    assert!(said.contains("expected a server that encrypts, found one that does not\nhelp: sslmode=prefer"), "{said}");
    let said = bad(import(&to).arg(&file));
    assert!(said.contains("found another program or one that hung up"), "{said}");
    answers.join().expect("ended");
}

/// A disk of a few megabytes, taken away in the end; none where mounting is not allowed.
struct Small(tempfile::TempDir);

impl Small {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("open");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=16m,mode=777", "tmpfs", text(folder.path())]).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then(|| Small(folder))
    }

    fn grow(&self) {
        let grown = Command::new("mount").args(["-o", "remount,size=256m", text(self.0.path())]).status();
        assert!(grown.is_ok_and(|status| status.success()), "remount");
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l", text(self.0.path())]).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_keeps_what_was_there_and_says_what_to_do() {
    let Some(small) = Small::new() else { return };
    let server = Server::start();
    let database = server.database();
    let (name, place) = (&database.name, small.path().join("space"));
    fs::create_dir(&place).expect("made");
    server.give(&place);
    database.server.sql("postgres", &format!("create tablespace small location '{}'", text(&place)));
    database.server.sql("postgres", &format!("alter database {name} set tablespace small"));
    let files = Files::new();
    let mut records = few();
    let first = files.put("a.jsonl", &records[..2]);
    // Digits like chance, which no database packs.
    for (seed, record) in (2..).zip(&mut records[2..]) {
        let digest = |i: u64| sha2::Sha256::digest((seed * 1_000_000 + i).to_le_bytes());
        record.text = Some((0..60_000).flat_map(digest).map(|byte| char::from(b'0' + byte % 64)).collect());
    }
    let second = files.put("b.jsonl", &records[2..]);
    let said = bad(import(&database.url()).args([&first, &second]));
    assert!(said.contains("cannot be written: no space left on the server: "), "{said}");
    assert!(
        said.contains("make room and give the same command again\nnot complete: 2 of 6 records are loaded"),
        "{said}"
    );
    holds(&database, &records[..2]);
    small.grow();
    let said = good(import(&database.url()).args([&first, &second]));
    assert!(said.contains("4 added, 0 changed, 0 unchanged, 2 loaded before by a run"), "{said}");
    holds(&database, &records);
}
