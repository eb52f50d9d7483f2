-- A small shop to try things in.  By the same routines as everything else,
-- so that each balance has its ledger and each stock its movement.
SET NAMES utf8mb4;

CALL user_add('김민준', 'minjun.kim@example.com', 50000);
CALL user_add('이서연', 'seoyeon.lee@example.com', 120000);
CALL user_add('Alice Walker', 'alice.walker@example.com', 30000);
CALL user_add('박지호', 'jiho.park@example.com', 8000);
CALL user_add('Tom Becker', 'tom.becker@example.com', 0);
CALL user_add('최하은', 'haeun.choi@example.com', 250000);

CALL product_add('유기농 보성 녹차 100g', '보성에서 첫물로 딴 잎을 덖었습니다.', 12000, 120);
CALL product_add('Seoul Blend Coffee Beans 500g', 'Medium roast, roasted to order every Tuesday.', 18500, 80);
CALL product_add('전주 한지 노트 A5', '닥나무 한지 120쪽, 실로 묶은 제본.', 9800, 200);
CALL product_add('Ceramic Pour-over Dripper', 'Stoneware, for one or two cups.', 26000, 45);
CALL product_add('제주 감귤 마멀레이드', '제주 노지 감귤과 설탕만으로 졸였습니다. 240g', 7900, 150);
CALL product_add('Walnut Cutting Board', 'Oiled American walnut, 38 x 25 cm.', 42000, 30);
CALL product_add('이천 백자 찻잔 2개 세트', '이천에서 손으로 빚은 백자.', 54000, 24);
CALL product_add('Merino Wool Socks', 'Mid-weight, three pairs.', 15900, 180);
CALL product_add('통영 누비 파우치', '통영 누비로 만든 작은 손가방.', 23000, 60);
CALL product_add('Beeswax Candle', 'Burns about 40 hours, no scent added.', 8500, 140);
CALL product_add('안동 참마 분말 300g', '안동에서 기른 참마를 말려 갈았습니다.', 16800, 70);
CALL product_add('Linen Kitchen Towel', 'Stone-washed, two pieces.', 11900, 110);
CALL product_add('나전칠기 손거울', '자개를 박은 옻칠 손거울.', 68000, 15);
CALL product_add('Fountain Pen, fine nib', 'Steel nib, converter included.', 39000, 40);
CALL product_add('울릉도 부지깽이 나물', '말린 산나물 100g.', 8900, 90);
CALL product_add('Enamel Camping Mug', '350 ml, white with a blue rim.', 9500, 160);
CALL product_add('강릉 순두부 과자', '순두부를 넣어 구운 담백한 과자.', 4500, 300);
CALL product_add('Brass Pocket Compass', 'Liquid-filled, with a lid.', 31000, 35);
CALL product_add('담양 대나무 젓가락 5벌', '담양 대나무, 식물성 오일 마감.', 13500, 130);
CALL product_add('Cast Iron Skillet 20 cm', 'Seasoned twice, ready to use.', 36500, 50);
CALL product_add('영광 모시잎 송편 1kg', '모시잎과 동부 소를 넣은 냉동 송편.', 14900, 75);
CALL product_add('Felt Desk Mat', 'Grey wool felt, 80 x 30 cm.', 27500, 65);
CALL product_add('오미자청 500ml', '문경 오미자와 설탕을 100일 숙성했습니다.', 21000, 55);
CALL product_add('Cotton Tote Bag', 'Heavy canvas, long handles.', 6900, 250);

-- Their pictures, which lie in nginx/html.
UPDATE products SET image_url = CASE name
  WHEN '유기농 보성 녹차 100g' THEN '/pictures/green-tea.svg'
  WHEN 'Seoul Blend Coffee Beans 500g' THEN '/pictures/coffee-beans.svg'
  WHEN '전주 한지 노트 A5' THEN '/pictures/hanji-notebook.svg'
  WHEN 'Ceramic Pour-over Dripper' THEN '/pictures/pour-over-dripper.svg'
  WHEN '제주 감귤 마멀레이드' THEN '/pictures/mandarin-marmalade.svg'
  WHEN 'Walnut Cutting Board' THEN '/pictures/walnut-cutting-board.svg'
  WHEN '이천 백자 찻잔 2개 세트' THEN '/pictures/white-porcelain-teacups.svg'
  WHEN 'Merino Wool Socks' THEN '/pictures/merino-socks.svg'
  WHEN '통영 누비 파우치' THEN '/pictures/quilted-pouch.svg'
  WHEN 'Beeswax Candle' THEN '/pictures/beeswax-candle.svg'
  WHEN '안동 참마 분말 300g' THEN '/pictures/yam-powder.svg'
  WHEN 'Linen Kitchen Towel' THEN '/pictures/linen-towel.svg'
  WHEN '나전칠기 손거울' THEN '/pictures/mother-of-pearl-mirror.svg'
  WHEN 'Fountain Pen, fine nib' THEN '/pictures/fountain-pen.svg'
  WHEN '울릉도 부지깽이 나물' THEN '/pictures/dried-namul.svg'
  WHEN 'Enamel Camping Mug' THEN '/pictures/enamel-mug.svg'
  WHEN '강릉 순두부 과자' THEN '/pictures/tofu-snack.svg'
  WHEN 'Brass Pocket Compass' THEN '/pictures/brass-compass.svg'
  WHEN '담양 대나무 젓가락 5벌' THEN '/pictures/bamboo-chopsticks.svg'
  WHEN 'Cast Iron Skillet 20 cm' THEN '/pictures/cast-iron-skillet.svg'
  WHEN '영광 모시잎 송편 1kg' THEN '/pictures/songpyeon.svg'
  WHEN 'Felt Desk Mat' THEN '/pictures/felt-desk-mat.svg'
  WHEN '오미자청 500ml' THEN '/pictures/omija-syrup.svg'
  WHEN 'Cotton Tote Bag' THEN '/pictures/cotton-tote-bag.svg'
  END WHERE image_url IS NULL;
