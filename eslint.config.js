import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const serverOnly = [
  {
    group: ['@nestjs/*', 'typeorm', 'pg', 'pg-boss', 'postmark', 'stripe', 'better-auth', 'better-auth/*', 'node:*'],
    message: 'Pure code knows no server.',
  },
  {
    regex:
      '^#(platform|queue|activities|directory|enrollments|clients|orders|sources|smart-lists|transfers|automations|emails|broadcasts|access|customers|workspace|actions|engine|send|testing|api|worker)(/|$)',
    message: 'Pure code and the web import the pure ring only: #rules, #graph, #designs, #contracts.',
  },
];

// The architecture spec holds the whole ring table; these lines only bring its commonest cases into the editor.
export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.data/**', 'coverage/**', 'migrations/**'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    // A class that a decorated constructor names must stay a value: Nest finds it by its metadata.
    languageOptions: { parserOptions: { emitDecoratorMetadata: true, experimentalDecorators: true } },
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  {
    // What only the types can tell.
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      // React's handlers may be async: what they reject with is shown by the query they run.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['libs/{statistics,rules,graph,designs,contracts}/src/**/*.ts'],
    ignores: ['**/*.spec.ts', 'libs/rules/src/engine/**', 'libs/designs/src/server/**', 'libs/rules/src/generate.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...serverOnly,
            { group: ['react', 'react-dom', 'json-rules-engine'], message: 'Not in the pure ring.' },
          ],
        },
      ],
    },
  },
  {
    files: ['apps/web/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules },
  },
  {
    files: ['apps/web/src/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts', '**/*.spec.tsx'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...serverOnly,
            { group: ['#rules/engine', 'json-rules-engine'], message: 'Rules are decided on the server.' },
            { group: ['#designs/server'], message: 'Designs are rendered on the server.' },
          ],
        },
      ],
    },
  },
  {
    // An object also answers to names that nobody put in: `constructor`, `toString`, `__proto__`.
    files: ['libs/*/src/**/*.ts', 'apps/{api,worker,web}/src/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts', '**/*.spec.tsx', '**/*.fixture.ts', 'libs/testing/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ":matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator[init.type='ObjectExpression'] > Identifier > TSTypeAnnotation > :matches(TSTypeReference[typeName.name='Record'], TSTypeReference[typeName.name='Readonly'] > TSTypeParameterInstantiation > TSTypeReference[typeName.name='Record'], TSIntersectionType > TSTypeReference[typeName.name='Record']) > TSTypeParameterInstantiation > TSStringKeyword:first-child",
          message: 'What any text can name is looked up in a Map.',
        },
      ],
    },
  },
  {
    // Specs look into answers and rows freely; what they find is held to by expectations.
    files: ['**/*.spec.ts', '**/*.spec.tsx', '**/*.fixture.ts', 'libs/testing/**'],
    rules: { '@typescript-eslint/no-explicit-any': 'off' },
  },
  {
    // Printing is what these are for.
    files: ['apps/bench/**', 'apps/standalone/**', 'libs/rules/src/generate.ts', '**/*.mjs', '*.config.js'],
    rules: { 'no-console': 'off' },
  },
);
