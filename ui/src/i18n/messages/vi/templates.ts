import type { Translated } from "../../catalogue";
import type english from "../en/templates";

export default {
	"template.free-talk.name": "Nói chuyện tự do",
	"template.free-talk.description":
		"Nói về bất cứ điều gì bạn thích; người trò chuyện sẽ lắng nghe và hỏi thêm.",
	"template.cafe.name": "Gọi đồ ở quán cà phê",
	"template.cafe.description": "Gọi đồ uống và món ăn, hỏi giá rồi thanh toán.",
	"template.directions.name": "Hỏi đường",
	"template.directions.description":
		"Bạn mới đến một thành phố lạ. Hãy tìm nhà ga, bảo tàng và khách sạn của mình.",
	"template.shopping.name": "Mua quần áo",
	"template.shopping.description": "Tìm đúng cỡ và màu, hỏi giá và mặc thử.",
	"template.neighbour.name": "Làm quen với hàng xóm",
	"template.neighbour.description":
		"Có người mới chuyển đến cạnh nhà. Hãy giới thiệu bản thân và làm quen với nhau.",
	"template.daily-life.name": "Một ngày của bạn",
	"template.daily-life.description":
		"Kể cho một người bạn qua thư nghe mỗi ngày bạn làm gì, từ bữa sáng đến lúc đi ngủ.",
	"template.hotel.name": "Ở khách sạn",
	"template.hotel.description": "Nhận phòng, hỏi về bữa sáng và phòng ở, nói những gì bạn cần.",
	"template.doctor.name": "Đi khám bệnh",
	"template.doctor.description":
		"Nói mình đau ở đâu, từ khi nào, trả lời câu hỏi của bác sĩ và xin lời khuyên.",
	"template.weekend.name": "Chuyện cuối tuần",
	"template.weekend.description":
		"Tán gẫu với đồng nghiệp: cuối tuần đã làm gì, thích gì và sắp tới định làm gì.",
	"template.airport.name": "Ở sân bay: thất lạc hành lý",
	"template.airport.description": "Va li của bạn không đến nơi. Hãy mô tả va li và thỏa thuận cách nhận lại.",
	"template.flat-viewing.name": "Đi xem căn hộ",
	"template.flat-viewing.description":
		"Xem một căn hộ cho thuê, hỏi về chi phí và nội quy, và tạo ấn tượng tốt.",
	"template.film.name": "Trò chuyện về phim",
	"template.film.description": "Kể bạn đã xem gì, nội dung ra sao và vì sao bạn thích hay không thích.",
	"template.job-interview.name": "Phỏng vấn xin việc",
	"template.job-interview.description": "Giới thiệu bản thân, nói về kinh nghiệm và đặt những câu hỏi hay.",
	"template.complaint.name": "Khiếu nại đơn hàng",
	"template.complaint.description":
		"Món hàng bạn đặt gặp trục trặc. Hãy trình bày rõ ràng, giữ lịch sự và kiên quyết yêu cầu giải quyết.",
	"template.remote-work.name": "Tranh luận: làm việc tại nhà",
	"template.remote-work.description": "Chọn một phía, nêu lý do, đáp lại phản biện và tìm điểm dung hòa.",
	"template.pay-rise.name": "Thương lượng tăng lương",
	"template.pay-rise.description":
		"Thuyết phục sếp rằng bạn xứng đáng được trả cao hơn, đáp lại những lời phản đối và đi đến thỏa thuận.",
	"template.presentation.name": "Hỏi đáp sau bài thuyết trình",
	"template.presentation.description":
		"Bạn vừa thuyết trình về một đề tài tự chọn. Hãy trả lời các câu hỏi của một nhà báo.",
	"template.ai-debate.name": "Tranh luận: trí tuệ nhân tạo",
	"template.ai-debate.description":
		"Cân nhắc lợi ích và cái giá của những cỗ máy biết suy nghĩ, rồi bảo vệ ranh giới mà bạn vạch ra.",
	"template.dispute.name": "Hòa giải mâu thuẫn",
	"template.dispute.description":
		"Một đồng nghiệp đang bất hòa với người khác và muốn nghe ý kiến của bạn. Hãy lắng nghe, hỏi thêm và giúp họ hòa giải.",

	"templates.all": "Tất cả",
	"templates.anyLevel": "Mọi trình độ",
	"templates.filter": "Trình độ nào?",
	"templates.levelOf": "Trình độ của “{name}”",
	"templates.own": "Mẫu của bạn",
	"templates.situations": "Tình huống",
	"templates.new": "Mẫu mới",
	"templates.editTitle": "Sửa mẫu",
	"templates.edit": "Sửa “{name}”",
	"templates.delete": "Xóa “{name}”",
	"templates.name": "Tên",
	"templates.level": "Trình độ",
	"templates.opening": "Câu mở đầu của người trò chuyện",
	"templates.openingHint": "Để trống nếu bạn muốn nói trước.",
	"templates.prompt": "Người trò chuyện nên cư xử thế nào",
	"templates.promptHint":
		"Dành cho người trò chuyện có thể nghe theo chỉ dẫn. Người có sẵn chỉ nói theo kịch bản của mình.",
	"templates.save": "Lưu",
	"templates.cancel": "Hủy",
	"templates.makeTitle": "Lưu làm mẫu",
	"templates.makeHint":
		"Một mẫu để bắt đầu các cuộc trò chuyện mới. Mẫu lấy trình độ, câu mở đầu của người trò chuyện và cách người đó nên cư xử từ cuộc trò chuyện này; những gì khác đã nói không được đưa vào.",
	"templates.made": "Đã lưu mẫu “{name}”",
	"templates.notSaved": "Mẫu chưa được lưu.",
	"templates.notDeleted": "Mẫu chưa được xóa.",
	"templates.tooMany": "Bạn đã có 500 mẫu. Hãy xóa bớt một mẫu trước.",
} as const satisfies Translated<typeof english>;
