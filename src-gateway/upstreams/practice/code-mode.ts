/**
 * Codex's code mode (its models from gpt-5.6 on): the only tool is `exec`, which takes JavaScript and runs the real ones from there. Pure: requests in, scripts out.
 * What a script may use is told by the tool's own description (codex 0.169): `tools.NAME(argument)`, `ALL_TOOLS`, `text`, `image`; no console, no network.
 */
/** A free-text tool is this one when its description says what scripts find there. */
export const isCodeTool = (tool: { name: string; kind: string; description: string }): boolean =>
  tool.kind === 'custom' && tool.name === 'exec' && /JavaScript/.test(tool.description) && /\btools\b/.test(tool.description)

/** Runs a command to its end, however long it takes, and tells what it printed and an exit code other than 0. */
export const runScript = (command: string): string => [
  `let done = await tools.exec_command(${JSON.stringify({ cmd: command })});`,
  'let printed = done.output;',
  'while (done.session_id !== undefined) {',
  '  done = await tools.write_stdin({ session_id: done.session_id });',
  '  printed += done.output;',
  '}',
  'if (printed !== "") text(printed);',
  'if (done.exit_code) text(`exit code ${done.exit_code}`);',
].join('\n')

export const patchScript = (patch: string): string => `await tools.apply_patch(${JSON.stringify(patch)});\ntext("done");`

/** Tools of MCP servers are not all described, so that the script itself looks for one by the last part of its name (`-` and `_` are the same). */
export const useScript = (tool: string, args: Readonly<Record<string, unknown>>): string => [
  `const wanted = ${JSON.stringify(tool.toLowerCase().replaceAll('-', '_'))};`,
  'const names = ALL_TOOLS.map((tool) => tool.name);',
  'const name = names.find((one) => one.toLowerCase() === wanted) ?? names.find((one) => one.toLowerCase().endsWith(`__${wanted}`));',
  'if (name === undefined) throw new Error(`There is no tool ${wanted}`);',
  // The one tool in there that takes text.
  `const result = await tools[name](${JSON.stringify(tool === 'apply_patch' ? (args['input'] ?? args) : args)});`,
  'if (!Array.isArray(result?.content)) text(result);',
  'else for (const part of result.content) part.type === "image" ? image(part) : text(part.type === "text" ? part.text : part);',
  'if (result?.isError) throw new Error("The tool said that it failed");',
].join('\n')

/** Codex says it in the result's text only. */
export const isFailedScript = (text: string): boolean => text.startsWith('Script failed\n')

/** What a script told, without Codex's lines about it, which are a text of their own. */
export const toldByScript = (text: string): string | null => (text.startsWith('Script completed\n') ? text.replace(/^Script completed\n(?:[^\n]*\n){0,3}?Output:\n\n?/, '') : null)
