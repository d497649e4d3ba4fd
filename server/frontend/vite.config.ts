/** Bundles the islands: one entry a kind of page, hashed names, a manifest that `server/assets.py` reads. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const output = resolve(import.meta.dirname, "../static/dist");

/** Compress text once, at the highest level, beside each file: the server sends those as they are. */
function compressAhead(): Plugin {
  return {
    name: "compress-ahead",
    apply: "build",
    closeBundle() {
      const assets = join(output, "assets");
      for (const name of readdirSync(assets)) {
        if (!/\.(?:js|css|svg)$/.test(name)) continue;
        const file = join(assets, name);
        const content = readFileSync(file);
        const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        writeFileSync(`${file}.br`, brotliCompressSync(content, { params: quality }));
        writeFileSync(`${file}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}

export default defineConfig({
  base: "/static/dist/",
  plugins: [compressAhead()],
  worker: { format: "es" },
  build: {
    outDir: output,
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    // Nothing is put into a page or a style as a data: address, which the Content-Security-Policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ["search", "sparql", "graph"].map((name) => resolve(import.meta.dirname, `src/${name}.ts`)),
    },
  },
});
