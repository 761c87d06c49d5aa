import type { Translated } from "../../catalogue";
import type english from "../en/recovery";

export default {
	"recovery.title": "Không mở được các cuộc trò chuyện của bạn",
	"recovery.restoreTitle": "Khôi phục bản sao lưu",
	"recovery.restoreHint": "Hãy chọn thời điểm muốn quay về. Mỗi bản đều đã được mở và kiểm tra khi được tạo.",
	"recovery.upgradeHint":
		"Bạn có thể tiếp tục với Parlance này từ một bản sao lưu mà nó đọc được. Những gì được nói từ đó đến nay không có trong bản ấy, mà nằm trong dữ liệu mới hơn, được giữ lại 30 ngày.",
	"recovery.recommended": "Nên chọn",
	"recovery.beforeUpgrade": "Từ trước khi nâng cấp",
	"recovery.others": "Tất cả các bản sao lưu khác",
	"recovery.chosen": "Đã chọn: {when}",
	"recovery.chooseOne": "Bản sao lưu để khôi phục",
	"recovery.none":
		"Trong thư mục dữ liệu không có bản sao lưu nào. Bên dưới, bạn có thể cho sửa một bản sao hoặc lưu những gì đọc được.",
	"recovery.noneMissing": "Trong thư mục dữ liệu không có bản sao lưu nào.",
	"recovery.noneUsable": "Hiện không khôi phục được bản nào trong số này.",
	"recovery.onlyUndoCopies":
		"Không có bản sao lưu nào đã được kiểm tra, chỉ có dữ liệu bị thay thế khi khôi phục hoặc sửa chữa. Chính dữ liệu đó có thể đã hỏng.",
	"recovery.restore": "Khôi phục bản này",
	"recovery.repairTitle": "Tìm chỗ hỏng và sửa",
	"recovery.rescueTitle": "Lưu những gì đọc được",
	"recovery.rescueHint":
		"Ghi mọi thứ còn đọc được vào một thư mục mới bên cạnh dữ liệu của bạn. Không đụng đến gì khác.",

	"anew.start": "Bắt đầu với hồ sơ trống",
	"anew.title": "Bắt đầu với hồ sơ trống?",
	"anew.what": "Parlance sẽ mở như ngày đầu tiên, không có cuộc trò chuyện nào của bạn.",
	"anew.kept":
		"Mọi thứ trong thư mục dữ liệu vẫn ở nguyên đó, kể cả các bản sao lưu. Sau này bạn vẫn có thể khôi phục một bản trong phần cài đặt.",
	"anew.confirm": "Bắt đầu trống",
	"anew.failed": "Chưa bắt đầu được.",
} as const satisfies Translated<typeof english>;
