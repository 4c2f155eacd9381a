// Runs in a box that is kept ready: loads Vite, lets it try out a sample, and waits. Told to begin (SIGUSR2), this
// process is the program `vite`, with the words it was given: that reads the app's configuration, files and packages
// then, as it does in a process of its own. Nothing of the sample is left but what was loaded and compiled, and a folder
// of bundled packages that Vite compares with the app by itself.
import { readFileSync, rmSync, writeFileSync } from "node:fs";

const begun = new Promise((begin) => process.on("SIGUSR2", begin));
const awake = setInterval(() => {}, 1 << 30);
const surroundings = { ...process.env };
const { plugins, loaded, entry, folder } = JSON.parse(readFileSync(new URL("warm.json", import.meta.url), "utf8"));

async function tryOut() {
  const { createServer, loadConfigFromFile } = await import("vite");
  const used = await Promise.all(plugins.map(async (name) => (await import(name)).default()));
  await Promise.all(loaded.map((name) => import(name)));
  await loadConfigFromFile({ command: "serve", mode: "development" }, `${folder}/vite.config.ts`, undefined, "silent");
  const server = await createServer({
    configFile: false,
    envFile: false,
    logLevel: "silent",
    plugins: used,
    cacheDir: process.env.VITE_CACHE_DIR,
    optimizeDeps: { entries: [`${folder}/${entry}`] },
    server: { middlewareMode: true, ws: false, watch: null },
  });
  try {
    await server.transformIndexHtml("/", `<!doctype html><script type="module" src="/${folder}/${entry}"></script>`);
    await walk(server.environments.client, `/${folder}/${entry}`, new Set());
    await bundled(server.environments.client.depsOptimizer);
  } finally {
    await server.close();
  }
}

async function walk(client, url, seen) {
  seen.add(url);
  await client.transformRequest(url);
  const module = await client.moduleGraph.getModuleByUrl(url);
  for (const { url: next } of module?.importedModules ?? []) {
    if (next.startsWith(`/${folder}/`) && !seen.has(next)) await walk(client, next, seen);
  }
}

// The packages that the sample wants, in the folder from which they will be served.
async function bundled(optimizer) {
  await optimizer.scanProcessing;
  for (let look = 0; look < 400; look += 1) {
    const { optimized, discovered } = optimizer.metadata;
    await Promise.all(Object.values({ ...optimized, ...discovered }).map((one) => one.processing));
    if (Object.keys(optimized).length && !Object.keys(optimizer.metadata.discovered).length) return;
    await new Promise((later) => setTimeout(later, 25));
  }
}

await tryOut();
rmSync(folder, { recursive: true, force: true });
for (const name of Object.keys(process.env)) if (!(name in surroundings)) delete process.env[name];
writeFileSync(new URL("ready", import.meta.url), "ready");
await begun;
clearInterval(awake);
writeFileSync(new URL("begun", import.meta.url), "begun");
const program = new URL("../vite/bin/vite.js", import.meta.url);
process.argv[1] = program.pathname;
await import(program.href);
