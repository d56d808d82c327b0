//! Encryption: `sslmode` means what it means to psql.

use std::process::Output;

use super::server::{Database, SERVER, text};
use super::{Files, few, import, told};

fn run(database: &Database<'_>, host: &str, parameters: &str) -> Output {
    let files = Files::new();
    let file = files.put("a.jsonl", &few());
    let to = format!("{}?{parameters}", database.url().replace("localhost", host));
    import(&to).arg(file).output().expect("runs")
}

#[test]
fn the_mode_says_whether_to_encrypt_and_whom_to_trust() {
    let database = SERVER.database();
    let [root, other, own] =
        ["root.crt", "other.crt", "server.crt"].map(|name| text(&SERVER.folder.join(name)).to_owned());
    database.sql("create table seen (ssl bool)");
    let first = run(&database, "localhost", "sslmode=disable");
    assert_eq!(first.status.code(), Some(0), "{}", told(&first));
    // A trigger notes whether the session that loads is encrypted.
    database.sql(
        "create function note() returns trigger language plpgsql as $$ begin
            insert into seen select ssl from pg_stat_ssl where pid = pg_backend_pid(); return new; end $$;
        create trigger note before insert on runs for each row execute function note()",
    );
    let good = |host: &str, parameters: &str, encrypted: bool| {
        let run = run(&database, host, parameters);
        assert_eq!(run.status.code(), Some(0), "{host} {parameters}: {}", told(&run));
        let seen = database.sql("delete from seen returning ssl");
        assert_eq!(seen, if encrypted { "t" } else { "f" }, "{host} {parameters}");
    };
    good("localhost", "", true);
    good("localhost", "sslmode=prefer", true);
    good("localhost", "sslmode=disable", false);
    good("127.0.0.1", "sslmode=require", true);
    good("localhost", &format!("sslmode=verify-full&sslrootcert={root}"), true);
    good("127.0.0.1", &format!("sslmode=verify-ca&sslrootcert={root}"), true);
    good("127.0.0.1", &format!("sslmode=require&sslrootcert={root}"), true);
    // Trust in the server's own certificate is enough.
    good("localhost", &format!("sslmode=verify-full&sslrootcert={own}"), true);
    good("localhost", &format!("channel_binding=require&sslmode=verify-full&sslrootcert={root}"), true);
    let socket = text(&SERVER.folder).replace('/', "%2F");
    good(&socket, "sslmode=require", false);
    let bad = |host: &str, parameters: &str, expected: &str| {
        let run = run(&database, host, parameters);
        assert_eq!(run.status.code(), Some(2), "{host} {parameters}: {}", told(&run));
        assert!(told(&run).contains(expected), "{host} {parameters}: {}", told(&run));
        assert_eq!(database.sql("select count(*) from seen"), "0");
    };
    let wrong_name = "expected a certificate for 127.0.0.1, found one for other names";
    bad("127.0.0.1", &format!("sslmode=verify-full&sslrootcert={root}"), wrong_name);
    bad("127.0.0.1", &format!("sslmode=verify-full&sslrootcert={own}"), wrong_name);
    let stranger = "expected a certificate that a trusted one has signed, found another";
    bad("localhost", &format!("sslmode=verify-full&sslrootcert={other}"), stranger);
    bad("localhost", &format!("sslmode=require&sslrootcert={other}"), stranger);
    bad("localhost", "sslrootcert=system", stranger);
    bad(
        "localhost",
        "sslmode=verify-ca",
        "expected certificates to trust, found none\nhelp: name their file in the URL",
    );
    bad("localhost", "sslmode=verify-ca&sslrootcert=/no/such", "/no/such: cannot be read: no such file or directory");
    let key = text(&SERVER.folder.join("names")).to_owned();
    bad(
        "localhost",
        &format!("sslmode=verify-ca&sslrootcert={key}"),
        "expected certificates in the PEM format, found none",
    );
}
