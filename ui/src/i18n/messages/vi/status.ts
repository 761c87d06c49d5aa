import type { Translated } from "../../catalogue";
import type english from "../en/status";

export default {
	"readOnly.banner": "Bạn đọc được mọi thứ; hiện giờ không thay đổi được gì.",
	"readOnly.folder": "Thư mục dữ liệu được chống ghi.",
	"readOnly.file": "Tệp chứa các cuộc trò chuyện của bạn được chống ghi.",
	"readOnly.empty": "Chưa có cuộc trò chuyện nào ở đây. Bạn có thể bắt đầu khi dữ liệu lại thay đổi được.",
	"readOnly.data": "Thư mục dữ liệu được chống ghi: hiện không thể sao lưu, khôi phục hay sửa chữa.",
	"readOnly.composer":
		"Hiện không gửi được vì không thay đổi được dữ liệu. Bạn cứ viết tiếp; nội dung vẫn ở trong ô.",

	"notice.ledgerRepaired":
		"Danh sách các lần cập nhật trong dữ liệu của bạn bị sai và đã được sửa, sau khi sao lưu. Các cuộc trò chuyện vẫn như cũ.",
	"notice.restoreFinished":
		"Một lần khôi phục bị gián đoạn đã được hoàn tất khi khởi động. Dữ liệu trước đó được giữ lại 30 ngày.",
	"notice.rowsDamaged": "Một phần dữ liệu của bạn bị hỏng; mọi thứ còn lại vẫn dùng được.",
	"notice.restored": "Đã khôi phục: mọi thứ như vào {when}. Dữ liệu trước đó được giữ lại 30 ngày.",
	"notice.backupFailed": "Sao lưu tự động không thành công. Các cuộc trò chuyện của bạn vẫn an toàn tại chỗ.",
	"notice.backupDoubtful":
		"Có điều không ổn với một bản sao lưu. Các cuộc trò chuyện của bạn vẫn an toàn tại chỗ.",
	"notice.openSettings": "Mở cài đặt",

	"problem.dismiss": "Đóng",
	"problem.code": "Mã: {code}",
	"problem.detail": "Chi tiết",

	"failure.title": "Không khởi động được Parlance",
	"failure.kept": "Những gì được giữ nguyên",
	"failure.todo": "Bạn có thể làm gì",
	"failure.folder": "Thư mục dữ liệu",
	"failure.retry": "Thử lại",
	"failure.retrying": "Đang thử lại…",
	"failure.notRetried": "Chưa thử lại được.",
	"failure.data_dir.what": "Không ghi được vào thư mục dữ liệu của bạn.",
	"failure.data_dir.kept": "Không có gì bị thay đổi. Những gì trong thư mục vẫn còn nguyên.",
	"failure.data_dir.todo":
		"Hãy kiểm tra xem bạn có quyền ghi vào thư mục này không và ổ đĩa có đang được chống ghi không, rồi thử lại.",
	"failure.already_open.what": "Parlance đã được mở với dữ liệu này rồi.",
	"failure.already_open.kept": "Không có gì bị thay đổi. Mọi cuộc trò chuyện đều ở cửa sổ kia.",
	"failure.already_open.todo": "Hãy dùng tiếp cửa sổ kia, hoặc đóng nó rồi thử lại.",
	"failure.schema_too_new.what": "Dữ liệu của bạn được lưu bởi một phiên bản Parlance mới hơn.",
	"failure.schema_too_new.whatBy": "Dữ liệu của bạn được lưu bởi Parlance {version}, mới hơn phiên bản này.",
	"failure.schema_too_new.kept": "Không có gì bị thay đổi, nên phiên bản mới hơn vẫn đọc được như cũ.",
	"failure.schema_too_new.todo":
		"Hãy cài phiên bản Parlance mới nhất rồi mở lại: khi đó mọi thứ đều còn. Nếu không thể, bạn có thể quay về một bản sao lưu từ trước khi nâng cấp.",
	"failure.corrupt.what": "Cơ sở dữ liệu bị hỏng.",
	"failure.corrupt.kept": "Tệp được giữ nguyên như khi tìm thấy, không bị thay bằng tệp trống.",
	"failure.corrupt.todo":
		"Hãy khôi phục một bản sao lưu: đó là cách chắc chắn nhất. Bạn cũng có thể cho sửa một bản sao, hoặc lưu những gì đọc được trước.",
	"failure.missing.what": "Tệp chứa các cuộc trò chuyện của bạn không còn ở chỗ của nó.",
	"failure.missing.kept": "Không có gì bị thay đổi và không có tệp trống nào được đặt vào thay.",
	"failure.missing.todo":
		"Nếu thư mục dữ liệu nằm trên ổ đĩa chưa được kết nối, hãy kết nối rồi thử lại. Nếu không, hãy khôi phục một bản sao lưu.",
	"failure.backup.what":
		"Dữ liệu của bạn cần được cập nhật, nhưng không tạo được bản sao lưu trước khi cập nhật.",
	"failure.backup.kept": "Chưa có gì được cập nhật, nên mọi thứ vẫn như cũ.",
	"failure.backup.todo": "Hãy xem ổ đĩa còn chỗ không và có ghi được vào thư mục dữ liệu không, rồi thử lại.",
	"failure.disk_full.what": "Ổ đĩa đã đầy.",
	"failure.disk_full.kept": "Mọi thứ đã lưu trước đây vẫn còn.",
	"failure.disk_full.todo": "Hãy giải phóng bớt dung lượng rồi thử lại.",
	"failure.read_only.what": "Cơ sở dữ liệu đọc được nhưng không ghi được.",
	"failure.read_only.kept": "Không có gì bị thay đổi.",
	"failure.read_only.todo":
		"Hãy cấp quyền ghi thư mục dữ liệu cho tài khoản của bạn rồi thử lại. Không cần khôi phục gì cả.",
	"failure.busy.what": "Một chương trình khác đang sử dụng cơ sở dữ liệu.",
	"failure.busy.kept": "Không có gì bị thay đổi.",
	"failure.busy.todo":
		"Hãy đóng các chương trình đang dùng thư mục dữ liệu, ví dụ công cụ đồng bộ hay sao lưu, rồi thử lại.",
	"failure.io.what": "Không đọc hoặc ghi được dữ liệu của bạn.",
	"failure.io.kept": "Mọi thứ đã lưu trước đây vẫn còn, trừ khi chính ổ đĩa bị hỏng.",
	"failure.io.todo": "Hãy kiểm tra ổ đĩa và dây cáp hoặc kết nối của nó, rồi thử lại.",
	"failure.other.what": "Có lỗi bất ngờ khi mở dữ liệu của bạn.",
	"failure.other.kept": "Không có gì bị thay đổi.",
	"failure.other.todo": "Hãy thử lại. Nếu vẫn lỗi, tệp nhật ký trong thư mục dữ liệu sẽ cho biết thêm.",
} as const satisfies Translated<typeof english>;
