// Lints the cases of lint-rules.spec.ts in a process of its own (eslint.config.mjs is ESM). stdin: [{file, text}]; stdout: the rules that spoke.
const { ESLint } = require('eslint');

let input = '';
process.stdin.on('data', (chunk) => { input += chunk; });
process.stdin.on('end', async () => {
  const eslint = new ESLint();
  const answers = [];
  for (const { file, text } of JSON.parse(input)) {
    const [result] = await eslint.lintText(text, { filePath: file });
    answers.push(result.messages.map(({ ruleId, message }) => ({ rule: ruleId ?? 'parser', message })));
  }
  process.stdout.write(JSON.stringify(answers));
});
