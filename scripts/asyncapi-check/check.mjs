// Reads an AsyncAPI document with AsyncAPI's own parser and says what is in it: node check.mjs FILE
// Ends with 1 on any error or warning, each on a line of its own.
import { readFileSync } from "node:fs";
import { DiagnosticSeverity, Parser } from "@asyncapi/parser";

const file = process.argv[2];
const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"), { source: file });
const severe = diagnostics.filter(({ severity }) => severity <= DiagnosticSeverity.Warning);
for (const { range, path, code, message } of severe) {
  console.error(`${file}:${range.start.line + 1}: ${message} (${code}, at ${path.join(".")})`);
}
if (!document || severe.length > 0) process.exit(1);
const counts = ["channels", "operations", "messages", "schemas"].map((what) => `${document[what]().all().length} ${what}`);
console.log(`AsyncAPI ${document.version()}: ${counts.join(", ")}`);
for (const { message } of diagnostics) console.log(`remark: ${message}`);
