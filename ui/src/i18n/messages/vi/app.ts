import type { Translated } from "../../catalogue";
import type english from "../en/app";

export default {
	"language.name": "Tiếng Việt",

	"app.name": "Parlance",
	"app.loading": "Đang mở các cuộc trò chuyện của bạn…",
	"app.upgrading": "Dữ liệu của bạn đang được đưa lên phiên bản này; một bản sao lưu được tạo trước.",

	"time.today": "Hôm nay",
	"time.yesterday": "Hôm qua",

	"welcome.title": "Hôm nay bạn muốn nói về chuyện gì?",
	"welcome.text":
		"Hãy chọn một tình huống, người trò chuyện sẽ mở lời trước. Bạn cứ trả lời theo cách của mình, sai cũng không sao.",
	"welcome.private": "Mọi dữ liệu chỉ nằm trên máy tính này.",
} as const satisfies Translated<typeof english>;
