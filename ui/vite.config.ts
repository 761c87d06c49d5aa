import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
	plugins: [svelte(), svelteTesting()],
	clearScreen: false,
	server: { port: 1420, strictPort: true },
	build: {
		outDir: "dist",
		emptyOutDir: true,
		// The oldest web views that are served: WebKitGTK 2.44 and WebView2 of the same year.
		target: ["safari17.5", "chrome125"],
		// A file inlined as a data: URL would need a wider content security policy.
		assetsInlineLimit: 0,
		reportCompressedSize: false,
	},
	test: {
		environment: "happy-dom",
		include: ["tests/**/*.test.ts", "src/**/*.test.ts"],
		setupFiles: ["tests/support/setup.ts"],
		restoreMocks: true,
	},
});
