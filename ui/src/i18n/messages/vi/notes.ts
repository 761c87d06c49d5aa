import type { Translated } from "../../catalogue";
import type english from "../en/notes";

export default {
	"notes.title": "Ghi chú",
	"notes.close": "Đóng ghi chú",
	"notes.new": "Ghi chú mới cho cuộc trò chuyện này",
	"notes.newOnMessage": "Ghi chú mới cho tin nhắn",
	"notes.onMessage": "Cho một tin nhắn",
	"notes.general": "Ghi cho cả cuộc trò chuyện",
	"notes.placeholder": "Viết lại điều gì đó…",
	"notes.add": "Thêm ghi chú",
	"notes.field": "Ghi chú",
	"notes.toMessage": "Đến tin nhắn",
	"notes.editNamed": "Sửa ghi chú “{text}”",
	"notes.deleteNamed": "Xóa ghi chú “{text}”",
	"notes.loading": "Đang tải ghi chú…",
	"notes.loadFailed": "Không đọc được ghi chú.",
	"notes.gone": "Ghi chú đã tìm thấy không còn ở đây nữa.",
	"notes.nothing": "Cuộc trò chuyện này chưa có ghi chú nào.",
	"notes.notDone": "Chưa thực hiện được. Những gì bạn viết vẫn còn ở đây.",
	"notes.draftUnread": "Không đọc được nội dung bạn đã viết dở ở đây.",
} as const satisfies Translated<typeof english>;
