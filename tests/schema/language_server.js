// A client of yaml-language-server, as an editor is one.
'use strict';
const { spawn } = require('node:child_process');
const { StreamMessageReader, StreamMessageWriter, createMessageConnection } = require('vscode-jsonrpc/node');

const uriOf = (name) => `file:///experiments/${encodeURIComponent(name)}.yaml`;

class LanguageServer {
  // From now on all files that are opened are checked by this schema.
  async start(schemaUri) {
    this.server = spawn(process.execPath, [require.resolve('yaml-language-server/bin/yaml-language-server'), '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.connection = createMessageConnection(
      new StreamMessageReader(this.server.stdout), new StreamMessageWriter(this.server.stdin));
    this.waiting = new Map(); // from the URI of a file to who waits for its diagnostics
    this.connection.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }) => {
      const resolve = this.waiting.get(uri);
      if (resolve) resolve(diagnostics);
    });
    const yaml = { schemas: { [schemaUri]: '*.yaml' }, schemaStore: { enable: false }, validate: true, completion: true, hover: true };
    this.connection.onRequest('workspace/configuration', ({ items }) =>
      items.map(({ section }) => (section === 'yaml' ? yaml : null)));
    this.connection.onRequest('client/registerCapability', () => null);
    this.connection.listen();
    const workspace = { configuration: true, didChangeConfiguration: { dynamicRegistration: true } };
    await this.connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: { workspace } });
    await this.connection.sendNotification('initialized', {});
    await this.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  }

  // What it says about a file of this name with this text.
  diagnostics(name, text) {
    const uri = uriOf(name);
    return new Promise((resolve) => {
      this.waiting.set(uri, resolve);
      this.connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    });
  }

  // The labels that it proposes at the end of the text.
  async completions(name, text) {
    await this.diagnostics(name, text);
    const lines = text.split('\n');
    const position = { line: lines.length - 1, character: lines[lines.length - 1].length };
    const uri = uriOf(name);
    const list = await this.connection.sendRequest('textDocument/completion', { textDocument: { uri }, position });
    return list.items.map((item) => item.label);
  }

  async stop() {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    this.connection.dispose();
  }
}

module.exports = { LanguageServer };
