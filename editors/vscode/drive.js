// Drives the language server once by VS Code's own protocol library, without VS Code:
//   node drive.js ../../bin/rexian ../../flows
"use strict";
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const assert = require("node:assert");
const lsp = require("vscode-languageserver-protocol/node");

async function main() {
  const [binary, folder] = process.argv.slice(2).map((p) => path.resolve(p));
  const server = spawn(binary, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
  const connection = lsp.createProtocolConnection(
    new lsp.StreamMessageReader(server.stdout),
    new lsp.StreamMessageWriter(server.stdin),
  );
  const told = new Map();
  let wake = () => {};
  connection.onNotification(lsp.PublishDiagnosticsNotification.type, (p) => {
    told.set(p.uri, p);
    wake();
  });
  const version = async (uri, n) => {
    while (!told.has(uri) || told.get(uri).version < n) await new Promise((done) => (wake = done));
    return told.get(uri).diagnostics;
  };
  connection.listen();

  const root = pathToFileURL(folder).href;
  const hello = await connection.sendRequest(lsp.InitializeRequest.type, {
    processId: process.pid,
    rootUri: root,
    workspaceFolders: [{ uri: root, name: "flows" }],
    locale: "zh-cn",
    capabilities: {},
  });
  assert.equal(hello.serverInfo.name, "rexian");
  await connection.sendNotification(lsp.InitializedNotification.type, {});

  const files = fs.readdirSync(folder).filter((f) => f.endsWith(".flow"));
  let tests = 0;
  for (const file of files) {
    const text = fs.readFileSync(path.join(folder, file), "utf8");
    const textDocument = { uri: pathToFileURL(path.join(folder, file)).href };
    await connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
      textDocument: { ...textDocument, languageId: "rexian", version: 1, text },
    });
    assert.deepEqual((await version(textDocument.uri, 1)).filter((d) => d.severity === 1), [], file);
    const range = { start: { line: 0, character: 0 }, end: { line: 99999, character: 0 } };
    const position = { line: 2, character: 4 };
    const symbols = await connection.sendRequest(lsp.DocumentSymbolRequest.type, { textDocument });
    assert.ok(symbols.length > 0, file);
    const colours = await connection.sendRequest(lsp.SemanticTokensRequest.type, { textDocument });
    assert.ok(colours.data.length > 0 && colours.data.length % 5 === 0, file);
    assert.deepEqual(
      await connection.sendRequest(lsp.DocumentFormattingRequest.type, {
        textDocument,
        options: { tabSize: 2, insertSpaces: true },
      }),
      [],
      file,
    );
    await connection.sendRequest(lsp.HoverRequest.type, { textDocument, position });
    await connection.sendRequest(lsp.CompletionRequest.type, { textDocument, position });
    await connection.sendRequest(lsp.FoldingRangeRequest.type, { textDocument });
    await connection.sendRequest(lsp.InlayHintRequest.type, { textDocument, range });
    for (const s of symbols.slice(0, 3)) {
      const at = { textDocument, position: s.selectionRange.start };
      await connection.sendRequest(lsp.DefinitionRequest.type, at);
      await connection.sendRequest(lsp.ReferencesRequest.type, { ...at, context: { includeDeclaration: true } });
    }
    for (const lens of (await connection.sendRequest(lsp.CodeLensRequest.type, { textDocument })).slice(0, 1)) {
      const came = await connection.sendRequest(lsp.ExecuteCommandRequest.type, lens.command);
      assert.ok(came.passed, `${file}: ${came.message}`);
      tests++;
    }
    // A slip is found, and is gone with it.
    await connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
      textDocument: { ...textDocument, version: 2 },
      contentChanges: [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "}" }],
    });
    assert.ok((await version(textDocument.uri, 2)).some((d) => d.severity === 1), file);
    await connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
      textDocument: { ...textDocument, version: 3 },
      contentChanges: [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } }, text: "" }],
    });
    assert.deepEqual((await version(textDocument.uri, 3)).filter((d) => d.severity === 1), [], file);
  }
  await connection.sendRequest(lsp.ShutdownRequest.type);
  const ended = new Promise((done) => server.on("exit", done));
  await connection.sendNotification(lsp.ExitNotification.type);
  assert.equal(await ended, 0);
  console.log(`${files.length} files, ${tests} tests run, everything answered`);
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
