/** Which of the dialogs are open that belong to no conversation. */
export class Dialogs {
	search = $state(false);
	trash = $state(false);
	/** Where the settings are opened: at their data, or at the top. Null while they are closed. */
	settings = $state<"top" | "data" | null>(null);
}
