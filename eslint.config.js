import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** Lets imports through that match `allowed` and no others; `message` says which those are. */
const importOnly = (allowed, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ regex: `^(?!(?:${allowed})$)`, message }] }],
  // Dynamic imports would go round the rule above; worker modules are named by URL, not imported.
  'no-restricted-syntax': ['error', { selector: 'ImportExpression', message: 'Import statically.' }],
})

const node = 'node:.+'
const sibling = String.raw`\./(?!.*\.\./).+`
const index = String.raw`(?:\.\./)+index\.js`
const ourName = '@stream-pipeline/node'

export default defineConfig(
  globalIgnores(['dist/', 'target/', 'coverage/', 'out/', 'binding.cjs', 'binding.d.cts']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  {
    // Modules that Node loads as they are: this file, and what examples and tests run in worker threads.
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        Buffer: 'readonly',
        console: 'readonly',
        process: 'readonly',
        setTimeout: 'readonly',
        URL: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // `(x) => void f(x)` for every callback that returns nothing hides what it does.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `!` says what noUncheckedIndexedAccess cannot know; the rule non-nullable-type-assertion-style asks for it.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // An underscore says that a parameter is there for its place; a `using` is there for its end.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreUsingDeclarations: true }],
      // Counts are what messages are made of.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },

  // Who may import whom: index.ts -> lib -> binding; everyone else uses what index.ts exports.
  {
    files: ['index.ts'],
    rules: {
      ...importOnly(String.raw`\./lib/.+`, 'index.ts exports what lib/ offers.'),
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Program > :not(ExportAllDeclaration, ExportNamedDeclaration[source])',
          message: 'index.ts holds docs and `export .. from` only.',
        },
      ],
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: importOnly(
      String.raw`${node}|${sibling}|\.\./(?!.*(?:index\.js|binding\.d?\.?cjs)$).+`,
      'lib/ imports node: modules and itself; only lib/binding.ts imports #binding.',
    ),
  },
  {
    files: ['lib/binding.ts'],
    rules: importOnly(`#binding|${node}|${sibling}`, 'lib/binding.ts imports #binding, node: modules and lib/.'),
  },
  {
    files: ['__test__/**/*.{ts,mjs}'],
    rules: {
      ...importOnly(
        String.raw`vitest|${node}|${sibling}|${index}|\.\./\.\./fixtures/[^/]+`,
        'Tests use what index.ts exports: import ../index.js, vitest, node: modules, a file beside the test or a fixture.',
      ),
      // A stage or a source written as an async function need not await, and a handler may do nothing.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['examples/**/*.{ts,mjs}', 'benches/**/*.{ts,mjs}'],
    rules: {
      // They may use packages: what an example shows its data with, and the peers that benches measure beside ours.
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: String.raw`^#|^\.{1,2}/.*(?:lib|dist|crates)/|^\.{1,2}/.*binding\.`,
              message: `Examples and benches use what index.ts exports: import ${ourName} or ../index.js.`,
            },
          ],
        },
      ],
      '@typescript-eslint/require-await': 'off', // As in tests.
      'no-console': 'off', // Examples show what they do, benches print their tables.
    },
  },
)
