import type { Translated } from "../../catalogue";
import type english from "../en/bookmarks";

export default {
	"bookmark.title": "Đánh dấu",
	"bookmark.close": "Đóng mà không lưu",
	"bookmark.note": "Ghi chú của dấu trang",
	"bookmark.why": "Vì sao bạn muốn tìm lại tin này",
	"bookmark.loadFailed": "Không đọc được ghi chú của dấu trang.",

	"bookmarks.title": "Dấu trang",
	"bookmarks.close": "Đóng dấu trang",
	"bookmarks.loading": "Đang tải dấu trang…",
	"bookmarks.loadFailed": "Không đọc được dấu trang.",
	"bookmarks.nothing": "Chưa có dấu trang nào. Hãy đánh dấu một tin nhắn từ menu của nó.",
	"bookmarks.edit": "Sửa ghi chú",
	"bookmarks.editNamed": "Sửa ghi chú của “{name}”",
	"bookmarks.remove": "Bỏ",
	"bookmarks.removeNamed": "Bỏ dấu trang của “{name}”",
} as const satisfies Translated<typeof english>;
