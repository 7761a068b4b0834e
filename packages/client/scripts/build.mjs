#!/usr/bin/env node
/*
 * Makes `dist/`, a package that stands alone: JavaScript, declarations, README and a package.json
 * without dependencies; another folder may be named. The schemas' types are written out in full, so that whoever installs it
 * needs neither the schemas nor zod.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src');
const dist = resolve(process.argv[2] ?? join(root, 'dist'));
const TYPES = 'types.ts';

const files = readdirSync(source).filter(
  (name) => name.endsWith('.ts') && !name.includes('.test.'),
);
const program = ts.createProgram(
  files.map((name) => join(source, name)),
  {
    target: ts.ScriptTarget.ES2022,
    // What Node and browsers share is in these two, and nothing of Node's own is.
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
    declaration: true,
    skipLibCheck: true,
    rootDir: source,
    outDir: dist,
  },
);
const checker = program.getTypeChecker();

function failOn(diagnostics) {
  if (diagnostics.length === 0) return;
  const host = {
    getCurrentDirectory: () => root,
    getCanonicalFileName: (n) => n,
    getNewLine: () => '\n',
  };
  console.error(ts.formatDiagnostics(diagnostics, host));
  process.exit(1);
}

/** Every exported type of a file as a type of its own, without what it is made from. */
function writtenOut(file) {
  const { NoTruncation, InTypeAlias, MultilineObjectLiterals } = ts.TypeFormatFlags;
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(file));
  const types = exported.map((symbol) => {
    const type = checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(symbol));
    const text = checker.typeToString(
      type,
      file,
      NoTruncation | InTypeAlias | MultilineObjectLiterals,
    );
    return `export type ${symbol.name} = ${text.replaceAll(/\s+/g, ' ')};\n`;
  });
  return types.join('\n');
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const name of files) {
  const file = program.getSourceFile(join(source, name));
  failOn([...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]);
  program.emit(file, (path, text) => {
    const isTypes = path.endsWith('.d.ts') && name === TYPES;
    writeFileSync(
      path,
      isTypes ? writtenOut(file) : text.replaceAll(/(from '\.\/[^']+)\.ts'/g, "$1.js'"),
    );
  });
}

const { name, version, description, license, type } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const manifest = {
  name,
  version,
  description,
  license,
  type,
  exports: { '.': { types: './index.d.ts', default: './index.js' } },
  engines: { node: '>=20' },
  sideEffects: false,
};
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
copyFileSync(join(root, 'README.md'), join(dist, 'README.md'));
copyFileSync(join(root, '../../LICENSE'), join(dist, 'LICENSE'));
