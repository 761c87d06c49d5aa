import type { Translated } from "../../catalogue";
import type english from "../en/rearrange";

export default {
	"merge.title": "Gộp với cuộc trò chuyện khác",
	"merge.close": "Đóng mà không gộp",
	"merge.hint":
		"Mọi thứ của cuộc trò chuyện được chọn sẽ chuyển vào “{title}” theo thứ tự thời gian. Phần còn lại của nó vào thùng rác. Có thể hoàn tác.",
	"merge.search": "Tìm theo tên",
	"merge.legend": "Cuộc trò chuyện cần gộp",
	"merge.found": "{count, plural, other {# cuộc trò chuyện}}",
	"merge.confirm": "Gộp",
	"merge.failed": "Chưa gộp được gì.",
} as const satisfies Translated<typeof english>;
