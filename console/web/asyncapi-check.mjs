// Checks an AsyncAPI document: node asyncapi-check.mjs FILE. Says what is wrong with it and ends with 1.
import { readFileSync } from "node:fs";
import parser from "@asyncapi/parser";

const { document, diagnostics } = await new parser.Parser().parse(readFileSync(process.argv[2], "utf8"));
const errors = diagnostics.filter((d) => d.severity === 0);
for (const d of errors) console.error(d.path.join("."), d.message);
if (!document || errors.length > 0) process.exit(1);
console.log(`${document.allChannels().length} channels, ${document.allMessages().length} messages`);
