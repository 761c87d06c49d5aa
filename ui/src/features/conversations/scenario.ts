import { isMessageKey, type MessageKey, t } from "../../i18n/index.svelte";
import type { ConversationSummary, Template } from "../../ipc";

/** What a scenario is called: in the language of the window if it came with the app. */
export const scenarioName = (template: Template): string => said(template, "name");

/** What a scenario is about. */
export const scenarioDescription = (template: Template): string => said(template, "description");

/** What a conversation is called; before it has a title of its own, like its scenario. */
export function conversationTitle(conversation: ConversationSummary, templates: readonly Template[]): string {
	const title = conversation.title.trim();
	if (title !== "") return title;
	const template = templates.find(({ id }) => id === conversation.templateId);
	return template ? scenarioName(template) : t("list.untitled");
}

function said(template: Template, part: "name" | "description"): string {
	const key = `template.${template.situation}.${part}`;
	// The learner's own scenarios are theirs word for word, and a newer app may bring unknown ones.
	return template.isBuiltIn && isMessageKey(key)
		? t(key as MessageKey & `template.${string}`)
		: template[part];
}
