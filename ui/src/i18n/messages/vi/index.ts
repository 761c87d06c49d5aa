import type { Catalogue } from "../../catalogue";
import app from "./app";
import bookmarks from "./bookmarks";
import chat from "./chat";
import conversations from "./conversations";
import data from "./data";
import errors from "./errors";
import events from "./events";
import folders from "./folders";
import memory from "./memory";
import notes from "./notes";
import rearrange from "./rearrange";
import recovery from "./recovery";
import search from "./search";
import settings from "./settings";
import status from "./status";
import tags from "./tags";
import templates from "./templates";
import trash from "./trash";
import tutor from "./tutor";
import undo from "./undo";

export default {
	...app,
	...bookmarks,
	...chat,
	...conversations,
	...data,
	...errors,
	...events,
	...folders,
	...memory,
	...notes,
	...rearrange,
	...recovery,
	...search,
	...settings,
	...status,
	...tags,
	...templates,
	...trash,
	...tutor,
	...undo,
} as const satisfies Catalogue;
