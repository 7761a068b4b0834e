import tseslint from 'typescript-eslint';

/** What each package may import of ours: the arrows of the design, pointing down. */
const MAY_IMPORT = {
  'packages/contracts': [],
  'packages/rules': ['contracts'],
  'packages/warehouse': ['contracts', 'rules'],
  'packages/scoring': ['contracts'],
  'packages/store': ['contracts'],
  'packages/queue': ['contracts'],
  'packages/registry': ['contracts', 'scoring', 'store'],
  'packages/runs': ['contracts', 'rules', 'warehouse', 'scoring', 'store', 'queue', 'registry'],
  'packages/training': ['contracts', 'rules', 'warehouse', 'scoring', 'store', 'queue', 'registry'],
  'packages/runtime': ['contracts'],
  'packages/client': ['contracts'],
};

const boundaries = Object.entries(MAY_IMPORT).map(([folder, allowed]) => {
  const own = folder.split('/')[1];
  return {
    files: [`${folder}/src/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^@segcast/(?!(${[...allowed, own].join('|')})$)`,
              message: `${folder} may import only: ${allowed.join(', ') || 'nothing of ours'}.`,
            },
            {
              regex: 'apps/|\\.\\./\\.\\./\\.\\./',
              message: 'Packages never reach into apps or other packages by path.',
            },
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  { ignores: ['node_modules/', 'models/', '.segcast/', 'coverage/', '**/dist/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only runtime reads the environment.' },
      ],
    },
  },
  ...boundaries,
  {
    files: ['packages/client/src/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^[^.]',
              allowTypeImports: true,
              message: 'The client is installed alone: it takes nothing but types from elsewhere.',
            },
          ],
        },
      ],
    },
  },
  {
    files: [
      'packages/runtime/src/**/*.ts',
      'test/**/*.ts',
      'bench/**/*.ts',
      'examples/*.ts',
      'scripts/*.mjs',
      'packages/client/scripts/*.mjs',
      '*.config.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    ...tseslint.configs.disableTypeChecked,
  },
);
