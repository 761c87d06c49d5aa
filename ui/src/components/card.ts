/** Something that can be done with what is on a card. */
export interface CardAction {
	/** By what its button is found, for the focus to come back to it. */
	id: string;
	text: string;
	/** Said instead of the text, which it has to begin with. */
	label?: string;
	testid?: string;
	busy?: boolean;
	run: () => void;
}
