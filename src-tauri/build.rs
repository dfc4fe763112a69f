//! Grants nothing by itself: lists the commands, so that each needs its own permission.

#[path = "src/names.rs"]
#[expect(unreachable_pub, reason = "the library shows it")]
mod names;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=src/names.rs");
    let manifest = tauri_build::AppManifest::new().commands(names::COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}
