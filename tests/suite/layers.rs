//! Tests that the modules of each crate import each other in one direction only.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use support::binaries;
use syn::visit::{self, Visit};

/// A module as its path below the crate, such as `["keyfile", "codec"]`; the crate itself is empty.
type Module = Vec<String>;

/// The layers of `common`. Each imports only from those before it.
const LAYERS: [&str; 14] = [
    "characters",
    "date",
    "escape",
    "error",
    "secret",
    "pool",
    "input",
    "key",
    "keyfile",
    "os",
    "cli",
    "report",
    "simd",
    "sieve",
];

/// The layers of hostfp's `trusted`. Each imports only from those before it: a rule cannot read a format, and what names a text
/// of another program is called by none of the formats.
const LAYERS_OF_TRUSTED: [&str; 6] = ["grammar", "keys", "messages", "rules", "formats", "diagnose"];

/// An imported path, and the name by which the importing module re-exports it (`pub use`).
type Import = (Vec<String>, Option<String>);

/// The files of a crate, and what each of them imports.
#[derive(Default)]
struct Crate {
    modules: BTreeSet<Module>,
    imports: BTreeMap<Module, Vec<Import>>,
}

impl Crate {
    fn read(name: &str) -> Self {
        let mut read = Self::default();
        let root = binaries::root().join("crates").join(name).join("src");
        read.folder(&root, &root);
        read
    }

    fn folder(&mut self, root: &Path, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.folder(root, &path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let mut module: Module = path
                    .with_extension("")
                    .strip_prefix(root)
                    .unwrap()
                    .components()
                    .map(|part| part.as_os_str().to_str().unwrap().to_owned())
                    .collect();
                if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
                    module.pop();
                }
                let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
                let mut found = Imports(Vec::new());
                found.visit_file(&file);
                self.imports.insert(module.clone(), found.0);
                self.modules.insert(module);
            }
        }
    }

    /// The module that a path leads to from a module: where the item that it names is defined. `None` for other crates.
    fn target(&self, from: &Module, path: &[String], depth: usize) -> Option<Module> {
        let mut at = from.clone();
        let mut path = path;
        match path.first()?.as_str() {
            "crate" => at.clear(),
            "self" => {}
            "super" => {
                while let Some((_, rest)) = path.split_first().filter(|(first, _)| *first == "super") {
                    at.pop();
                    path = rest;
                }
                return self.walk(at, path, depth);
            }
            child => {
                at.push(child.to_owned());
                return self.modules.contains(&at).then(|| self.walk(at, &path[1..], depth)).flatten();
            }
        }
        self.walk(at, &path[1..], depth)
    }

    fn walk(&self, mut at: Module, path: &[String], depth: usize) -> Option<Module> {
        for name in path {
            at.push(name.clone());
            if self.modules.contains(&at) {
                continue;
            }
            at.pop();
            // An item of this module, unless it is only re-exported.
            let reexported = self.imports.get(&at)?.iter().find(|(_, as_name)| as_name.as_ref() == Some(name));
            return match reexported {
                Some((path_to, _)) if depth < 8 => self.target(&at, path_to, depth + 1),
                _ => Some(at),
            };
        }
        Some(at)
    }

    /// The modules that each module imports.
    fn edges(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let of = |(module, imports): (&Module, &Vec<Import>)| {
            let imported = imports.iter().filter(|(_, as_name)| as_name.is_none());
            let targets = imported.filter_map(|(path, _)| self.target(module, path, 0));
            (module.clone(), targets.filter(|target| target != module).collect())
        };
        self.imports.iter().map(of).collect()
    }
}

/// The imports of a file, without those of its tests.
struct Imports(Vec<Import>);

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

impl Imports {
    fn tree(&mut self, tree: &syn::UseTree, mut path: Vec<String>, reexports: bool) {
        match tree {
            syn::UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.tree(&part.tree, path, reexports);
            }
            syn::UseTree::Name(name) => {
                let as_name = name.ident.to_string();
                if as_name != "self" {
                    path.push(as_name.clone());
                }
                self.0.push((path, reexports.then_some(as_name)));
            }
            syn::UseTree::Rename(name) => {
                path.push(name.ident.to_string());
                self.0.push((path, reexports.then(|| name.rename.to_string())));
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|item| self.tree(item, path.clone(), reexports));
            }
            syn::UseTree::Glob(_) => self.0.push((path, None)),
        }
    }
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_test(&item.attrs) {
            self.tree(&item.tree, Vec::new(), !matches!(item.vis, syn::Visibility::Inherited));
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        // Paths into other crates, and names of types, do not lead to a module.
        if parts.len() > 1 {
            self.0.push((parts, None));
        }
        visit::visit_path(self, path);
    }

    // `pub(in super)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

/// The modules on a cycle of imports; `None` if there is no cycle.
fn cycle(edges: &BTreeMap<Module, BTreeSet<Module>>) -> Option<String> {
    let mut left: BTreeMap<&Module, BTreeSet<&Module>> =
        edges.iter().map(|(module, imported)| (module, imported.iter().collect())).collect();
    // A module that imports none of the remaining ones is on no cycle; nor is one that none of them imports.
    loop {
        let before = left.len();
        let modules: BTreeSet<&Module> = left.keys().copied().collect();
        let imported: BTreeSet<&Module> = left.values().flatten().copied().collect();
        left.retain(|module, imports| {
            imports.retain(|imported| modules.contains(imported));
            !imports.is_empty() && imported.contains(module)
        });
        if left.len() == before {
            break;
        }
    }
    let line = |(module, imports): (&&Module, &BTreeSet<&Module>)| {
        let imports: Vec<String> = imports.iter().map(|imported| imported.join("::")).collect();
        format!("{} imports {}", module.join("::"), imports.join(", "))
    };
    (!left.is_empty()).then(|| left.iter().map(line).collect::<Vec<_>>().join("\n"))
}

#[test]
fn the_modules_of_each_crate_import_each_other_in_one_direction() {
    for name in ["common", "hostfp", "keycheck", "keygen", "pubfp"] {
        let edges = Crate::read(name).edges();
        assert!(name == "pubfp" || edges.len() > 20, "{name}: {}", edges.len());
        assert_eq!(cycle(&edges), None, "{name}");
    }
}

/// The pairs of layers of which the first imports from the second. A module below `folder` belongs to the layer after which it
/// or its folder is named.
fn imports_of_layers(name: &str, folder: &[&str], layers: &[&str]) -> BTreeSet<(usize, usize)> {
    let layer = |module: &Module| {
        let is_below = module.len() > folder.len() && module.iter().zip(folder).all(|(part, name)| part == name);
        let name = is_below.then(|| &module[folder.len()]).filter(|name| *name != "tests")?;
        Some(layers.iter().position(|layer| layer == name).unwrap_or_else(|| panic!("{name} has no layer")))
    };
    let edges = Crate::read(name).edges();
    let mut seen = BTreeSet::new();
    for (module, imported) in edges.iter().flat_map(|(module, all)| all.iter().map(move |one| (module, one))) {
        if let (Some(from), Some(to)) = (layer(module), layer(imported)) {
            assert!(to <= from, "{} imports {}", module.join("::"), imported.join("::"));
            seen.insert((from, to));
        }
    }
    seen
}

#[test]
fn the_layers_of_common_import_only_from_those_before_them() {
    let seen = imports_of_layers("common", &[], &LAYERS);
    assert!(seen.len() > 15, "{seen:?}");
}

#[test]
fn the_layers_of_trusted_texts_import_only_from_those_before_them() {
    let seen = imports_of_layers("hostfp", &["trusted"], &LAYERS_OF_TRUSTED);
    assert!(seen.len() > 10, "{seen:?}");
}

/// Only a format yields a key. A rule refuses keys, and a diagnosis yields an error.
#[test]
fn only_the_formats_of_trusted_texts_make_keys() {
    let trusted = Crate::read("hostfp");
    let makes_keys = |module: &&Module| {
        trusted.imports[*module].iter().any(|(path, _)| path.ends_with(&["TrustedKey".to_owned(), "new".to_owned()]))
    };
    let makers: Vec<&Module> = trusted.modules.iter().filter(makes_keys).collect();
    assert!(makers.len() > 3, "{makers:?}");
    for module in makers {
        let may_make_keys = module.starts_with(&["trusted".to_owned(), "formats".to_owned()])
            || *module == ["expected", "known_hosts"].map(str::to_owned);
        assert!(may_make_keys, "{}", module.join("::"));
    }
}

/// A test of the test: a parent calls a function of its child, which imports the parent's type.
#[test]
fn a_call_into_a_child_is_an_import() {
    let imports = |source: &str| {
        let mut found = Imports(Vec::new());
        found.visit_file(&syn::parse_file(source).unwrap());
        found.0
    };
    let mut made = Crate { modules: [vec![], vec!["child".to_owned()]].into(), ..Crate::default() };
    made.imports.insert(Vec::new(), imports("mod child; struct Thing; fn run() { let _ = child::make(Vec::new()); }"));
    made.imports.insert(vec!["child".to_owned()], imports("use super::Thing;"));
    assert_eq!(cycle(&made.edges()).unwrap(), " imports child\nchild imports ");
}

/// A test of the test: two modules that import each other, directly and by a re-exported name.
#[test]
fn a_cycle_of_imports_is_found() {
    let module = |name: &str| vec![name.to_owned()];
    let path = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
    let mut made = Crate { modules: ["a", "b", "c"].map(module).into(), ..Crate::default() };
    made.modules.insert(Vec::new());
    made.imports.insert(Vec::new(), vec![(path("a::Thing"), Some("Thing".to_owned()))]);
    made.imports.insert(module("a"), vec![(path("super::b::Other"), None), (path("std::fs"), None)]);
    made.imports.insert(module("b"), vec![(path("super::c"), None)]);
    made.imports.insert(module("c"), Vec::new());
    assert_eq!(cycle(&made.edges()), None);
    made.imports.insert(module("c"), vec![(path("crate::Thing"), None)]);
    assert_eq!(cycle(&made.edges()).unwrap(), "a imports b\nb imports c\nc imports a");
}
