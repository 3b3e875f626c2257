// The extension starts `rexian lsp` and leaves everything to it.
"use strict";
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async function (context) {
  const settings = vscode.workspace.getConfiguration("rexian");
  const command = settings.get("path") || "rexian";
  client = new LanguageClient(
    "rexian",
    "Rexian 热线",
    { command, args: ["lsp"] },
    {
      documentSelector: [{ scheme: "file", language: "rexian" }],
      initializationOptions: { program: settings.get("program"), tongue: settings.get("tongue") },
      // Tables, calendars and SQL files beside the flows change what is checked.
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{flow,csv,xlsx,sql,wav,mp3,toml}") },
    },
  );
  context.subscriptions.push({ dispose: () => client.stop() });
  await client.start();
};

exports.deactivate = function () {
  return client ? client.stop() : undefined;
};
