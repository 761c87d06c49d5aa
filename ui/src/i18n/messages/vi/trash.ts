import type { Translated } from "../../catalogue";
import type english from "../en/trash";

export default {
	"trash.title": "Thùng rác",
	"trash.close": "Đóng thùng rác",
	"trash.hint": "Những gì bạn xóa sẽ ở đây 30 ngày, sau đó bị xóa vĩnh viễn.",
	"trash.loading": "Đang tải thùng rác…",
	"trash.loadFailed": "Không đọc được thùng rác.",
	"trash.nothing": "Thùng rác trống.",
	"trash.messageIn": "Một tin nhắn trong “{title}”",
	"trash.noteIn": "Một ghi chú trong “{title}”",
	"trash.erasedOn": "Xóa vĩnh viễn vào {day}",
	"trash.restore": "Khôi phục",
	"trash.restoreNamed": "Khôi phục: {name}",
	"trash.erase": "Xóa vĩnh viễn",
	"trash.eraseNamed": "Xóa vĩnh viễn: {name}",
	"trash.more": "Xem thêm",
	"trash.empty": "Dọn sạch thùng rác",
	"trash.emptyTitle": "Dọn sạch thùng rác?",
	"trash.emptyText": "Mọi thứ trong thùng rác sẽ bị xóa vĩnh viễn. Không thể hoàn tác.",
	"trash.eraseTitle": "Xóa vĩnh viễn?",
	"trash.eraseText": "“{name}” sẽ bị xóa vĩnh viễn. Không thể hoàn tác.",
	"trash.backups": "Các bản sao lưu đã có trước đó có thể vẫn còn nội dung này.",
	"trash.keep": "Giữ lại",
	"trash.restored": "Đã khôi phục: {name}.",
	"trash.erased": "Đã xóa vĩnh viễn: {name}.",
	"trash.emptied": "Đã xóa vĩnh viễn mọi thứ trong thùng rác.",
	"trash.unfinished":
		"Nội dung này không còn hiện nữa nhưng chưa được xóa hết. Phần còn lại sẽ bị xóa khi Parlance khởi động lần sau.",
	"trash.conflict": "Cuộc trò chuyện của nó cũng ở trong thùng rác. Hãy khôi phục cuộc trò chuyện trước.",
} as const satisfies Translated<typeof english>;
