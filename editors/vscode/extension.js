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
      initializationOptions: { program: settings.get("program"), tongue: settings.get("tongue"), rules: true },
      // Tables, calendars and SQL files beside the flows change what is checked.
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{flow,csv,xlsx,sql,wav,mp3,toml}") },
    },
  );
  context.subscriptions.push({ dispose: () => client.stop() });
  // What became of the rules, while typing: how many hold, and which do not.
  const rules = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Left);
  context.subscriptions.push(rules);
  client.onNotification("rexian/rules", ({ proved, not }) => {
    rules.text = not.length ? `$(error) ${not[0].name}` : `$(pass) 规则 ${proved}`;
    rules.tooltip = not.map((r) => `${r.name}: ${r.sentence}`).join("\n");
    if (proved + not.length) rules.show();
    else rules.hide();
  });
  await client.start();
};

exports.deactivate = function () {
  return client ? client.stop() : undefined;
};
