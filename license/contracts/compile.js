// Compiles src/ with the solc of package.json and writes what the project commits: out/NAME.abi, out/NAME.bin,
// out/Licenses.runtime.json and out/layout.json. Run by go generate.
'use strict';
const fs = require('fs');
const path = require('path');
const solc = require('solc');

const here = __dirname;
const sources = {};
for (const name of fs.readdirSync(path.join(here, 'src')).sort()) {
  sources['src/' + name] = { content: fs.readFileSync(path.join(here, 'src', name), 'utf8') };
}
const settings = JSON.parse(fs.readFileSync(path.join(here, 'solc.json'), 'utf8'));
settings.outputSelection = { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode', 'storageLayout'], '': ['ast'] } };
const find = (file) => {
  try { return { contents: fs.readFileSync(path.join(here, 'node_modules', file), 'utf8') }; } catch (e) { return { error: String(e) }; }
};
const result = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings }), { import: find }));
let failed = false;
for (const e of result.errors || []) {
  if (e.severity === 'warning' && e.sourceLocation && e.sourceLocation.file.startsWith('@')) continue; // not ours
  console.error(e.formattedMessage);
  failed = true; // warnings too
}
if (failed) process.exit(1);
fs.mkdirSync(path.join(here, 'out'), { recursive: true });
// names of the variables that have these ids
const names = {};
const walk = (node) => {
  if (!node || typeof node !== 'object') return;
  if (node.nodeType === 'VariableDeclaration') names[node.id] = node.name;
  Object.values(node).forEach(walk);
};
Object.values(result.sources).forEach((s) => walk(s.ast));
const layout = {};
for (const [file, name] of [['src/Licenses.sol', 'Licenses'], ['src/ModelRegistry.sol', 'ModelRegistry'], ['src/LicenseCard.sol', 'LicenseCard']]) {
  const c = result.contracts[file][name];
  fs.writeFileSync(path.join(here, 'out', name + '.abi'), JSON.stringify(c.abi, null, 1) + '\n');
  fs.writeFileSync(path.join(here, 'out', name + '.bin'), c.evm.bytecode.object);
  if (name === 'Licenses') {
    // What a deployed contract's code is but for the values that its constructor put in, 32 bytes at each place.
    const immutables = {};
    for (const [id, places] of Object.entries(c.evm.deployedBytecode.immutableReferences)) immutables[names[id]] = places.map((p) => p.start);
    fs.writeFileSync(path.join(here, 'out', name + '.runtime.json'), JSON.stringify({ code: c.evm.deployedBytecode.object, immutables }, Object.keys(immutables).concat('code', 'immutables').sort(), 1) + '\n');
  }
  // Ids in the syntax tree change with any edit; what they name does not. Two types of one name would become one.
  layout[name] = JSON.parse(JSON.stringify(c.storageLayout)
    .replace(/(t_(?:struct|enum|contract|userDefinedValueType)\(\w+\))\d+/g, '$1').replace(/"astId":\d+,/g, ''));
  if (Object.keys(layout[name].types || {}).length !== Object.keys(c.storageLayout.types || {}).length) throw new Error('two types of one name in the layout of ' + name);
  console.error(name, c.evm.deployedBytecode.object.length / 2, 'bytes, created by', c.evm.bytecode.object.length / 2);
}
fs.writeFileSync(path.join(here, 'out', 'layout.json'), JSON.stringify(layout, null, 1) + '\n');
