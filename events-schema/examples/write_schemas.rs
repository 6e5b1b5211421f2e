//! Writes the JSON Schema of every event to `events-schema/schemas/`: `cargo run -p events-schema --example write_schemas`.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    fs::create_dir_all(&folder)?;
    for described in events_schema::schema::all() {
        let text = format!("{:#}\n", described.schema);
        fs::write(folder.join(described.file_name()), text)?;
    }
    Ok(())
}
