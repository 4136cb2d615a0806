// Mutants of src/: small faults, each of which the tests should notice. They are made from the compiler's syntax tree, whose
// places in the source are bytes, not characters.
//
// Kinds: a comparison moved by one or turned around, && for ||, a condition negated, another operator of arithmetic, and dropped: a
// check (the condition is still computed), an early return, a write to storage, a call, an event, a modifier.
'use strict';

const OPERATORS = {
  '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'], '==': ['!='], '!=': ['=='], '&&': ['||'], '||': ['&&'],
  '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'], '&': ['|'], '|': ['&'], '^': ['|'], '<<': ['>>'], '>>': ['<<'],
};
const ASSIGNMENTS = { '+=': '-=', '-=': '+=', '*=': '/=', '/=': '*=', '|=': '&=', '&=': '|=' };
const LOGIC = new Set(['<', '<=', '>', '>=', '==', '!=', '&&', '||']);

/** All nodes below one, parents first, each with those above it. */
function* nodes(node, above = []) {
  if (!node || typeof node !== 'object') return;
  const inside = node.nodeType ? [...above, node] : above;
  if (node.nodeType) yield [node, above];
  for (const child of Object.values(node)) yield* nodes(child, inside);
}

class Source {
  constructor(file, text, ast) {
    this.file = file;
    this.bytes = Buffer.from(text);
    this.ast = ast;
  }

  range(node) {
    const [start, length] = node.src.split(':').map(Number);
    return [start, start + length];
  }

  text(start, end) {
    return this.bytes.subarray(start, end).toString();
  }

  with(start, end, text) {
    return this.text(0, start) + text + this.text(end);
  }

  line(at) {
    return this.text(0, at).split('\n').length;
  }

  /** Where an operator is between two operands; comments may be there too. */
  operator(after, before, operator) {
    const blank = this.text(after, before).replace(/\/\/[^\n]*/g, (c) => ' '.repeat(Buffer.byteLength(c)));
    return after + blank.indexOf(operator);
  }

  /** The range of a statement with its semicolon. */
  statement(node) {
    const [start, end] = this.range(node);
    const rest = this.text(end, end + 200).match(/^\s*;/);
    return [start, rest ? end + rest[0].length : end];
  }
}

/** Whether an expression is a place in storage, and not a local reference to one. */
function isStorage(node, variables) {
  const root = (n) => (n.nodeType === 'MemberAccess' ? root(n.expression) : n.nodeType === 'IndexAccess' ? root(n.baseExpression) : n);
  const v = variables.get(root(node).referencedDeclaration);
  return Boolean(v) && (v.stateVariable || (v.storageLocation === 'storage' && node.nodeType !== 'Identifier'));
}

/** What can be done to a node: [kind, start, end, replacement], within the range that is shown. */
function changes(source, node, above, variables) {
  const made = [];
  const [start, end] = source.range(node);
  const parent = above[above.length - 1];
  const drop = (kind) => { const [from, to] = source.statement(node); made.push([kind, from, to, '{}']); };
  switch (node.nodeType) {
    case 'BinaryOperation': {
      const at = source.operator(source.range(node.leftExpression)[1], source.range(node.rightExpression)[0], node.operator);
      for (const other of OPERATORS[node.operator] || []) made.push([LOGIC.has(node.operator) ? 'comparison' : 'arithmetic', at, at + node.operator.length, other]);
      break;
    }
    case 'UnaryOperation':
      if (node.operator === '!' || node.operator === '~') made.push([node.operator === '!' ? 'comparison' : 'arithmetic', start, start + 1, '']);
      if (node.operator === '++' || node.operator === '--') {
        const at = node.prefix ? start : end - 2;
        made.push(['arithmetic', at, at + 2, node.operator === '++' ? '--' : '++']);
      }
      break;
    case 'Assignment': {
      const other = ASSIGNMENTS[node.operator];
      const at = source.operator(source.range(node.leftHandSide)[1], source.range(node.rightHandSide)[0], node.operator);
      if (other) made.push(['arithmetic', at, at + 2, other]);
      const parts = node.leftHandSide.components || [];
      // Of several values assigned at once, one each.
      for (const part of parts) if (part && isStorage(part, variables)) made.push(['write', ...source.range(part), '']);
      break;
    }
    case 'IfStatement': {
      negate(node.condition);
      const body = node.trueBody.nodeType === 'Block' && node.trueBody.statements.length === 1 ? node.trueBody.statements[0] : node.trueBody;
      const kind = { RevertStatement: 'check', Return: 'return' }[body.nodeType];
      if (!kind || node.falseBody) break;
      made.push([kind, ...source.statement(node.trueBody), '{}']);
      break;
    }
    case 'Conditional':
    case 'WhileStatement':
      negate(node.condition);
      break;
    case 'ExpressionStatement': {
      const e = node.expression;
      if (parent.nodeType === 'ForStatement') break;
      if (e.nodeType === 'FunctionCall') drop(e.expression.memberName === 'push' ? 'write' : 'call');
      const place = e.nodeType === 'Assignment' ? e.leftHandSide : e.nodeType === 'UnaryOperation' ? e.subExpression : null;
      if (place && isStorage(place, variables)) drop('write');
      break;
    }
    case 'EmitStatement':
      drop('event');
      break;
    case 'ModifierInvocation':
      if (node.kind === 'modifierInvocation') made.push(['modifier', start, end, '']);
      break;
  }
  return made;

  // Conditions that are comparisons have their own mutants.
  function negate(condition) {
    if (condition.nodeType === 'Identifier' || condition.nodeType === 'FunctionCall') made.push(['comparison', source.range(condition)[0], source.range(condition)[0], '!']);
  }
}

/** What a mutant is called: where it is and what it does, not in which line, so that it keeps its name. */
function name(source, where, kind, before, after) {
  const short = (s) => s.replace(/\/\/[^\n]*/g, '').replace(/\s+/g, ' ').trim();
  const file = source.file.replace(/^.*\//, '').replace('.sol', '');
  if (kind === 'comparison' || kind === 'arithmetic') return `${file}.${where}: ${short(before)} => ${short(after)}`;
  return `${file}.${where}: no ${kind}: ${short(before)}`;
}

/**
 * Mutants of one file.
 * @param file its path
 * @param text its source
 * @param ast its syntax tree
 * @param variables declarations of variables of all files, by id
 * @return a list of {id, file, line, kind, text}
 */
function mutants(file, text, ast, variables) {
  const source = new Source(file, text, ast);
  const made = [];
  const seen = new Map();
  for (const [node, above] of nodes(ast)) {
    const home = above.findLast((n) => n.nodeType === 'FunctionDefinition' || n.nodeType === 'ModifierDefinition');
    const where = home ? home.name || home.kind : 'constants';
    for (const [kind, from, to, replacement] of changes(source, node, above, variables)) {
      const [start, end] = source.range(node);
      const before = source.text(start, Math.max(end, to));
      const after = source.text(start, from) + replacement + source.text(to, Math.max(end, to));
      let id = name(source, where, kind, kind === 'write' && node.nodeType === 'Assignment' ? `${source.text(from, to)} of ${before}` : before, after);
      const times = (seen.get(id) || 0) + 1;
      seen.set(id, times);
      if (times > 1) id += ` (${times})`;
      made.push({ id, file, line: source.line(from), kind, text: source.with(from, to, replacement) });
    }
  }
  return made;
}

/** Declarations of variables, by id. */
function variables(asts) {
  const found = new Map();
  for (const ast of asts) for (const [node] of nodes(ast)) if (node.nodeType === 'VariableDeclaration') found.set(node.id, node);
  return found;
}

module.exports = { mutants, variables };
