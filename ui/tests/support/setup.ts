import { afterEach, beforeEach } from "vitest";
import { setLanguage } from "../../src/i18n/index.svelte";

beforeEach(() => setLanguage("en"));

afterEach(() => {
	delete document.documentElement.dataset.theme;
});
