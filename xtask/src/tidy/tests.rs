use serde_json::json;

use super::*;

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

/// What a rule says of one file.
fn found(rule: Rule, path: &str, text: &str) -> Vec<(usize, String)> {
    rule(&[file(path, text)]).into_iter().map(|finding| (finding.line, finding.message)).collect()
}

fn lines_of(rule: Rule, path: &str, text: &str) -> Vec<usize> {
    found(rule, path, text).into_iter().map(|(line, _)| line).collect()
}

#[test]
fn a_finding_names_path_and_line() {
    assert_eq!(Finding::new("a.rs", 3, "x").to_string(), "a.rs:3: x");
}

#[test]
fn a_module_without_words_is_found() {
    assert_eq!(lines_of(layout::module_docs, "crates/a/src/b.rs", "use c;\n"), [1]);
    assert_eq!(lines_of(layout::module_docs, "crates/a/src/b.rs", "\n//! Owns.\n"), [0; 0]);
    assert_eq!(lines_of(layout::module_docs, "crates/a/src/b/tests.rs", "use c;\n"), [0; 0]);
    assert_eq!(lines_of(layout::module_docs, "crates/a/tests/b.rs", "use c;\n"), [0; 0]);
}

#[test]
fn mod_rs_and_drawers_are_found() {
    for path in ["crates/a/src/b/mod.rs", "crates/a/src/utils.rs", "crates/a/src/core/b.rs"] {
        assert_eq!(lines_of(layout::names, path, ""), [1], "{path}");
    }
    assert_eq!(lines_of(layout::names, "crates/a/src/core_of_it.rs", ""), [0; 0]);
}

#[test]
fn a_file_over_the_limit_is_found() {
    assert_eq!(lines_of(layout::lengths, "a.rs", &"x\n".repeat(601)), [601]);
    assert_eq!(lines_of(layout::lengths, "a.rs", &"x\n".repeat(600)), [0; 0]);
    assert_eq!(lines_of(layout::long, "a.rs", &"x\n".repeat(401)), [401]);
}

/// A function of `lines` lines in all, with what confuses a counter of braces.
fn function(lines: usize) -> String {
    let filler = "    let b = ('{', b'\\'', \"{ \\\" {\", r#\"{ \" {\"#); /* { /* { */ */ // {\n";
    let header = "\n    pub(crate) async fn long<'a>(a: [u8; 2]) -> &'a str {\n";
    format!("{header}{}    }}\nfn short() {{}}\n", filler.repeat(lines - 2))
}

#[test]
fn a_function_over_the_limit_is_found_where_it_begins() {
    assert_eq!(
        found(functions::lengths, "a.rs", &function(71)),
        [(2, "`long` has 71 lines, over 70".to_owned())]
    );
    assert_eq!(found(functions::lengths, "a.rs", &function(70)), []);
}

#[test]
fn a_declaration_without_body_and_a_function_pointer_have_no_length() {
    let text = format!("trait T {{\n  fn a(&self);\n  x: fn (u8),\n{}}}\n", "\n".repeat(100));
    assert_eq!(found(functions::lengths, "a.rs", &text), []);
}

#[test]
fn each_word_of_work_left_is_found() {
    let words = [
        concat!("    to", "do!(\"later\")"),
        concat!("    unimple", "mented!()"),
        concat!("    db", "g!(x);"),
        concat!("// TO", "DO: later"),
        concat!("// FIX", "ME"),
        concat!("// XX", "X"),
        concat!("    #[ig", "nore]"),
        concat!("    #[ig", "nore = \"slow\"]"),
    ];
    for word in words {
        assert_eq!(lines_of(words::left_to_do, "a.rs", word), [1], "{word}");
    }
    assert_eq!(lines_of(words::left_to_do, "a.rs", concat!("base64 aXX", "Xb")), [0; 0]);
    assert_eq!(lines_of(words::left_to_do, "data.json", words[3]), [0; 0]);
}

#[test]
fn sql_is_found_outside_the_stores_only() {
    let statements = [
        concat!("\"SELE", "CT id FROM event\""),
        concat!("\"INSERT ", "INTO event\""),
        concat!("\"UPD", "ATE event SET a = 1\""),
        concat!("\"PRA", "GMA journal_mode\""),
        concat!("\"DELETE ", "FROM event\""),
        concat!("\"CREATE ", "TABLE event\""),
    ];
    for statement in statements {
        assert_eq!(lines_of(words::sql, "crates/server/src/a.rs", statement), [1], "{statement}");
        assert_eq!(lines_of(words::sql, "crates/store-sqlite/src/a.rs", statement), [0; 0]);
    }
    assert_eq!(lines_of(words::sql, "crates/server/src/a.rs", "/// ADD|UPDATE or DELETE"), [0; 0]);
}

#[test]
fn a_folder_beside_the_checkout_is_found() {
    let text = concat!("read ../", "shared/data");
    assert_eq!(lines_of(words::outside, "README.md", text), [1]);
    assert_eq!(lines_of(words::outside, ".ci/run", text), [0; 0]);
}

#[test]
fn unclean_line_ends_are_found() {
    assert_eq!(lines_of(words::line_ends, "a.md", "a \nb\t\nc\r\nd\n"), [1, 2, 3]);
    assert_eq!(lines_of(words::line_ends, "a.md", "a\nb"), [2]);
    assert_eq!(lines_of(words::line_ends, "a.md", "a\n\n"), [2]);
    assert_eq!(lines_of(words::line_ends, "a.md", "a\n"), [0; 0]);
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let text = "[a](b.md) [c](../e.md#part) [d](https://a.example) [e](#part) [f](sub/)\n\
                ```\n[x](absent.md)\n```\n[g](absent.md)\n[h](../../out.md)\n";
    let files = [
        file("docs/a.md", text),
        file("docs/b.md", ""),
        file("e.md", ""),
        file("docs/sub/i.rs", ""),
    ];
    let lines: Vec<usize> = links::relative(&files).iter().map(|finding| finding.line).collect();
    assert_eq!(lines, [5, 6]);
}

#[test]
fn a_crate_that_is_not_on_the_map_is_found() {
    let manifest = |name: &str| file(&format!("crates/{name}/Cargo.toml"), "");
    let map = file("ARCHITECTURE.md", "| `crates/deliver-more` | `crates/server` |");
    let files = [map, manifest("deliver"), manifest("server")];
    let paths: Vec<String> = crates::on_the_map(&files).into_iter().map(|f| f.path).collect();
    assert_eq!(paths, ["crates/deliver"]);
}

fn arrows(from: &str, to: &str, kind: Option<&str>) -> usize {
    let package = |name: &str| json!({"name": name, "dependencies": []});
    let dependencies = json!([{"name": to, "kind": kind}]);
    let packages = json!({"packages": [
        {"name": from, "dependencies": dependencies},
        package("countersign"), package("countersign-server"), package("countersign-testkit"),
    ]});
    crates::arrows(&packages).unwrap().len()
}

#[test]
fn an_arrow_that_points_outwards_is_found() {
    assert_eq!(arrows("countersign-pipeline", "countersign", None), 0);
    assert_eq!(arrows("countersign-pipeline", "countersign-server", None), 1);
    assert_eq!(arrows("countersign-pipeline", "countersign-server", Some("dev")), 1);
    assert_eq!(arrows("countersign-deliver", "countersign-testkit", Some("dev")), 0);
    assert_eq!(arrows("countersign-deliver", "countersign-testkit", None), 1);
}

#[test]
fn what_the_pure_crates_may_not_use_is_found() {
    for name in ["serde", "tokio", "rusqlite", "http"] {
        assert_eq!(arrows("countersign-pipeline", name, None), 1, "{name}");
        assert_eq!(arrows("countersign-pipeline", name, Some("dev")), 0, "{name}");
    }
}

#[test]
fn a_crate_that_the_table_does_not_know_is_found() {
    assert_eq!(arrows("countersign-new", "serde", None), 1);
}
