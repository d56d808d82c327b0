use std::io::Read;
fn main() {
    let patterns = match kohex::patterns::Patterns::embedded() { Ok(p) => p, Err(e) => { eprintln!("{e}"); std::process::exit(2) } };
    let ex = kohex::pipeline::Extractor::new(patterns, true);
    for path in std::env::args().skip(1) {
        let mut b = Vec::new();
        std::fs::File::open(&path).unwrap().read_to_end(&mut b).unwrap();
        let r = ex.read(&path, &b).unwrap();
        println!("{}", serde_json::to_string(&r).unwrap());
    }
}
